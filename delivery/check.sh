#!/usr/bin/env bash
# make pipeline-check: how a change reaches production, and what it brings along. `--require`: advisories must be known.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

failed=0
step() {
  local name=$1 started status=ok
  shift
  printf '\n--- %s\n' "$name"
  started=$(date +%s)
  "$@" || status=FAILED failed=1
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
exit "$failed"
