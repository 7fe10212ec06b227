# shellcheck shell=bash disable=SC2154
# Prometheus and promtool, built from their Go module (tools/prometheus) once and kept in the cache (`setup.sh prometheus`).
# PROMETHEUS_DIRECTORY=DIR takes the user's own two programs instead.

prometheus_directory() { echo "$cache/prometheus-$PROMETHEUS_VERSION-$(cat "$root"/tools/prometheus/go.* | sha256sum | cut -c1-12)"; }

install_prometheus() {
  local dir go
  dir=$(prometheus_directory)
  if [ ! -x "$dir/prometheus" ]; then
    find_go 'Prometheus (or set PROMETHEUS_DIRECTORY to where prometheus and promtool are)'
    step prometheus "building Prometheus $PROMETHEUS_VERSION from its Go module (once; some seven minutes of CPU)" \
      locked prometheus install_dir "$dir" fill_prometheus
  fi
  link "$dir/prometheus" prometheus
  link "$dir/promtool" promtool
}

# Without the discovery of targets in clouds (their libraries are half of the build): targets are named in files here.
fill_prometheus() {
  local programs=github.com/prometheus/prometheus/cmd
  logged prometheus.log go_build prometheus "$1/" -tags remove_all_sd \
    -ldflags="-s -w -X github.com/prometheus/common/version.Version=$PROMETHEUS_VERSION" "$programs/promtool" "$programs/prometheus" ||
    explain prometheus.log "Prometheus $PROMETHEUS_VERSION" "the Go module proxy"
  rm -rf "$cache/prometheus-build"
}
