# shellcheck shell=bash disable=SC2154
# conftest, which holds manifests and infrastructure code against the rules in policies/, built from its Go module
# (tools/conftest) once and kept in the cache (`setup.sh conftest`). CONFTEST=PROGRAM takes the user's own instead.

install_conftest() {
  # shellcheck disable=SC2034 # find_go reads them
  local GO_MINIMUM=$CONFTEST_GO_MINIMUM GO_VERSION=$CONFTEST_GO_VERSION
  install_go_program conftest "$CONFTEST_VERSION" conftest 'some five minutes' CONFTEST \
    -ldflags="-s -w -X github.com/open-policy-agent/conftest/internal/version.Version=$CONFTEST_VERSION" \
    github.com/open-policy-agent/conftest
}
