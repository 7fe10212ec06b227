# shellcheck shell=bash disable=SC2154
# conftest, which holds manifests and infrastructure code against the rules in policies/, built from its Go module
# (tools/conftest) once and kept in the cache (`setup.sh conftest`). CONFTEST=PROGRAM takes the user's own instead.

conftest_directory() { echo "$cache/conftest-$CONFTEST_VERSION-$(cat "$root"/tools/conftest/go.* | sha256sum | cut -c1-12)"; }

install_conftest() {
  local dir go GO_MINIMUM=$CONFTEST_GO_MINIMUM GO_VERSION=$CONFTEST_GO_VERSION
  dir=$(conftest_directory)
  if [ ! -x "$dir/conftest" ]; then
    find_go 'conftest (or set CONFTEST to a conftest of your own)'
    step conftest "building conftest $CONFTEST_VERSION from its Go module (once; some five minutes of CPU)" \
      locked conftest install_dir "$dir" fill_conftest
  fi
  link "$dir/conftest" conftest
}

fill_conftest() {
  logged conftest.log go_build conftest "$1/conftest" \
    -ldflags="-s -w -X github.com/open-policy-agent/conftest/internal/version.Version=$CONFTEST_VERSION" \
    github.com/open-policy-agent/conftest || explain conftest.log "conftest $CONFTEST_VERSION" "the Go module proxy"
  rm -rf "$cache/conftest-build"
}
