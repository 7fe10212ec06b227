# shellcheck shell=bash disable=SC2154
# actionlint, which reads GitHub's workflows, built from its Go module once and kept in the cache (`setup.sh actionlint`).

install_actionlint() {
  install_go_program actionlint '' actionlint 'half a minute' '' -ldflags='-s -w' github.com/rhysd/actionlint/cmd/actionlint
}
