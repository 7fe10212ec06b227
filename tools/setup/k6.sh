# shellcheck shell=bash disable=SC2154
# k6 with our module for server-sent events (tools/k6), built from its Go module once and kept in the cache
# (`setup.sh k6`). K6=PROGRAM takes the user's own instead.

install_k6() { install_go_program k6 "$K6_VERSION" k6 'some four minutes' K6 -ldflags='-s -w' .; }
