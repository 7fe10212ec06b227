# shellcheck shell=bash disable=SC2154
# actionlint, which reads GitHub's workflows, built from its Go module once and kept in the cache (`setup.sh actionlint`).

actionlint_directory() { echo "$cache/actionlint-$(cat "$root"/tools/actionlint/go.* | sha256sum | cut -c1-12)"; }

install_actionlint() {
  local dir go
  dir=$(actionlint_directory)
  if [ ! -x "$dir/actionlint" ]; then
    find_go actionlint
    step actionlint "building actionlint from its Go module (once; half a minute of CPU)" locked actionlint install_dir "$dir" fill_actionlint
  fi
  link "$dir/actionlint" actionlint
}

fill_actionlint() {
  logged actionlint.log go_build actionlint "$1/actionlint" -ldflags='-s -w' github.com/rhysd/actionlint/cmd/actionlint ||
    explain actionlint.log actionlint "the Go module proxy"
  rm -rf "$cache/actionlint-build"
}
