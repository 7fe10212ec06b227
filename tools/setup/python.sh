# shellcheck shell=bash disable=SC2154
# Python's own gRPC client in an environment of its own, for the test of the protocol files (`setup.sh python`).

install_python() {
  local dir="$cache/grpcio-$GRPCIO_VERSION"
  command -v python3 >/dev/null ||
    fail "Python 3 was not found, which the test of the gRPC services needs: install python3 and python3-venv with the system's package manager and run the same command again."
  [ -e "$dir/complete" ] ||
    step python "installing grpcio $GRPCIO_VERSION from PyPI into the cache, for the tests" locked grpcio fill_grpcio "$dir"
  # A link would not find the environment's packages.
  wrapper python-grpc <<END
#!/bin/sh
exec '$dir/bin/python' "\$@"
END
}

# An environment can't be renamed, so the last file says that it is whole.
fill_grpcio() {
  local dir=$1
  [ ! -e "$dir/complete" ] || return 0
  rm -rf "$dir"
  logged grpcio.log python3 -m venv "$dir" ||
    fail "A Python environment could not be made: install python3-venv with the system's package manager and run the same command again (log: $tools/logs/grpcio.log)."
  logged grpcio.log "$dir/bin/pip" install --quiet --only-binary :all: \
    "grpcio==$GRPCIO_VERSION" "grpcio-tools==$GRPCIO_VERSION" "grpcio-reflection==$GRPCIO_VERSION" ||
    explain grpcio.log "Python's gRPC" "the Python package index"
  touch "$dir/complete"
}
