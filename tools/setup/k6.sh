# shellcheck shell=bash disable=SC2154
# k6 with our module for server-sent events (tools/k6), built from its Go module once and kept in the cache
# (`setup.sh k6`). K6=PROGRAM takes the user's own instead.

k6_directory() { echo "$cache/k6-$K6_VERSION-$(cat "$root"/tools/k6/go.* "$root"/tools/k6/*.go "$root"/tools/k6/*/*.go | sha256sum | cut -c1-12)"; }

install_k6() {
  local dir go
  dir=$(k6_directory)
  if [ ! -x "$dir/k6" ]; then
    find_go 'k6 (or set K6 to a k6 of your own)'
    step k6 "building k6 $K6_VERSION from its Go module (once; some four minutes of CPU)" locked k6 install_dir "$dir" fill_k6
  fi
  link "$dir/k6" k6
}

fill_k6() {
  logged k6.log go_build k6 "$1/k6" -ldflags='-s -w' . || explain k6.log "k6 $K6_VERSION" "the Go module proxy"
  rm -rf "$cache/k6-build"
}
