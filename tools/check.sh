#!/usr/bin/env bash
# make check: types, lint, format, dependency rules, dead code, generated files. Prints one line per step; a step's
# output only where it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

. tools/steps.sh

# Regenerates into a copy and compares: what is committed must be what the sources give.
generated_current() {
  local copy
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' RETURN
  # Joined, because bash goes on after a failure within a condition.
  (cd libs/contracts && buf generate --output "$copy") &&
    diff -r "$copy/src/generated" libs/contracts/src/generated &&
    node services/registrar/src/print-access.ts | diff - docs/reference/access.md &&
    node observability/reference/print-metrics.ts | diff - docs/reference/metrics.md &&
    node observability/reference/print-log-events.ts | diff - docs/reference/log-events.md &&
    node observability/dashboards/print-dashboards.ts "$copy/dashboards" &&
    diff -r "$copy/dashboards" observability/dashboards/generated &&
    node infra/readmes/print-readmes.ts "$copy/modules" &&
    diff <(cd "$copy/modules" && cat ./*/README.md) <(cd infra/opentofu/modules && cat ./*/README.md) &&
    node tools/images/src/print-environment.ts "$copy/environment" &&
    for name in services/{ingestion,processor,aggregator,registrar} web; do
      diff "$copy/environment/$name/.env.example" "$name/.env.example" || { echo 'run node tools/images/src/print-environment.ts' && return 1; }
    done &&
    node helm/generate/main.ts "$copy/chart" &&
    for name in values.schema.json README.md files/rules files/dashboards; do
      diff -r "$copy/chart/$name" "helm/suffrage/$name" || { echo 'run node helm/generate/main.ts' && return 1; }
    done
}

step 'types' tsc -p .
step 'lint' oxlint --type-aware --deny-warnings
step 'format' biome format
step 'dependency rules' depcruise --config .dependency-cruiser.mjs libs services tools web test loadtest observability helm policies infra delivery site
step 'unused code and packages' knip
step 'protobuf' buf lint libs/contracts
step 'generated files current' generated_current
exit "$failed"
