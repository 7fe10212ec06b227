# shellcheck shell=bash disable=SC2154
# Schemathesis in a Python environment of its own, for `make fuzz` only (`setup.sh fuzz`).

install_fuzz() {
  local dir="$cache/schemathesis-$SCHEMATHESIS_VERSION"
  command -v python3 >/dev/null ||
    fail "Python 3 was not found, which make fuzz needs: install python3 and python3-venv with the system's package manager and run the same command again."
  [ -e "$dir/complete" ] ||
    step fuzz "installing schemathesis $SCHEMATHESIS_VERSION from PyPI into the cache, for make fuzz" locked schemathesis fill_schemathesis "$dir"
  link "$dir/bin/schemathesis" schemathesis
}

# An environment can't be renamed, so the last file says that it is whole.
fill_schemathesis() {
  local dir=$1
  [ ! -e "$dir/complete" ] || return 0
  rm -rf "$dir"
  logged schemathesis.log python3 -m venv "$dir" ||
    fail "A Python environment could not be made: install python3-venv with the system's package manager and run the same command again (log: $tools/logs/schemathesis.log)."
  logged schemathesis.log "$dir/bin/pip" install --quiet "schemathesis==$SCHEMATHESIS_VERSION" ||
    explain schemathesis.log "schemathesis" "the Python package index"
  touch "$dir/complete"
}
