# shellcheck shell=bash disable=SC2154
# tflint with the rules that it carries, built from its Go module once and kept in the cache (`setup.sh tflint`): for
# make infra-check FULL=1. TFLINT=PROGRAM takes the user's own instead.

install_tflint() { install_go_program tflint "$TFLINT_VERSION" tflint 'some five minutes' TFLINT -ldflags='-s -w' github.com/terraform-linters/tflint; }
