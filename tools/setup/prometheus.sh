# shellcheck shell=bash disable=SC2154
# Prometheus and promtool (`setup.sh prometheus`): the machine's own when they are new enough, else Debian's unpacked into the
# cache. PROMETHEUS_DIRECTORY=DIR takes the user's own two programs instead.

prometheus_version() { "$1" --version 2>&1 | sed -n 's/^prometheus, version \([0-9.]*\).*/\1/p'; }

install_prometheus() {
  local system dir
  system=$(command -v prometheus || true)
  if [ -n "$system" ] && command -v promtool >/dev/null && at_least "$(prometheus_version "$system")" "$PROMETHEUS_MINIMUM"; then
    link "$system" prometheus
    link "$(command -v promtool)" promtool
    return
  fi
  has_apt || fail "Prometheus $PROMETHEUS_MINIMUM or newer was not found and this is not Debian: install it, or set PROMETHEUS_DIRECTORY to where prometheus and promtool are, and run the same command again."
  dir="$cache/prometheus-$(release)"
  [ -d "$dir" ] || step prometheus "unpacking Debian's prometheus into the cache" locked prometheus install_dir "$dir" fill_prometheus
  link "$dir/usr/bin/prometheus" prometheus
  link "$dir/usr/bin/promtool" promtool
}

# The rules, their tests and the dashboards' expressions pass with 2.42 and with 3.13 (make observe-test).
fill_prometheus() {
  local version
  unpack_debian 'libjs-|fonts-|adduser|passwd' prometheus "$1"
  version=$(prometheus_version "$1/usr/bin/prometheus")
  at_least "${version:-0}" "$PROMETHEUS_MINIMUM" ||
    fail "Debian's prometheus (${version:-not runnable}) is older than the $PROMETHEUS_MINIMUM that is needed: set PROMETHEUS_DIRECTORY to where newer programs are, and run the same command again."
}
