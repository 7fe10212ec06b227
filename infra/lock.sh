#!/usr/bin/env bash
# infra/lock.sh DIRECTORY ARGUMENT…: writes .terraform.lock.hcl beside each state of DIRECTORY, a copy of infra/opentofu: which AWS
# provider it is, and its hashes. Arguments are those of `tofu providers lock`: the platforms, or a mirror instead of the registry.
set -euo pipefail
directory=$1
shift
tofu=${TOFU:-$(cd "$(dirname "$0")/.." && pwd)/.tools/bin/tofu}

for each in "$directory"/state "$directory"/environments/*/; do
  (cd "$each" && "$tofu" get -no-color && "$tofu" providers lock -no-color "$@")
done
