#!/usr/bin/env bash
# make pipeline-check: how a change reaches production, and what it brings along. `--require`: advisories must be known.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

failed=0
unchecked=
step() {
  local name=$1 started status=0
  shift
  printf '\n--- %s\n' "$name"
  started=$(date +%s)
  "$@" || status=$?
  case $status in
    0) status=ok ;;
    # Nobody could be asked: no failure, and no success either.
    75) status='NOT CHECKED' unchecked+=" $name" ;;
    *) status=FAILED failed=1 ;;
  esac
  printf '%s: %s (%d s)\n' "$name" "$status" $(($(date +%s) - started))
}
supply_chain() { node delivery/supply-chain/main.ts "$@"; }

step 'workflows (actionlint)' actionlint
step 'Jenkinsfile, GitOps, releases, policies' node --experimental-vm-modules --disable-warning=ExperimentalWarning \
  node_modules/jest/bin/jest.js --config delivery/jest.config.mjs
step 'licences' supply_chain licences
step 'credentials' supply_chain secrets
step 'bill of materials' supply_chain sbom
step 'advisories' supply_chain advisories "$@"
[ -z "$unchecked" ] || printf '\nNOT CHECKED:%s. What passed does not cover it.\n' "$unchecked"
exit "$failed"
