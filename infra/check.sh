#!/usr/bin/env bash
# make infra-check: form, schema, tests, policies, plans and their cost, of infra/opentofu, offline and without an account.
# Prints one line per step; a step's output only where it fails. Works on a copy in out/infra, which is left for looking at.
#
#   FULL=1            builds tflint first, which takes some five minutes of CPU, once; where it is, it is always used
#   REAL_PROVIDER=1   takes the real AWS provider from the registry instead of its double, for all but the plans
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
PATH="$root/.tools/bin:$root/node_modules/.bin:$PATH"
tofu=${TOFU:-tofu}
conftest=${CONFTEST:-conftest}
checkov=${CHECKOV:-checkov}
tflint=${TFLINT:-tflint}
work="$root/out/infra"
copy="$work/infra/opentofu"

. tools/steps.sh

# DIRECTORY: gets a copy, whose states are files there.
copied() {
  mkdir -p "$1/infra"
  cp -r infra/opentofu "$1/infra/opentofu"
  ln -s "$root/observability" "$1/observability"
  sed -i '/^  # Bucket and key are those/,/^  }$/d' "$1"/infra/opentofu/environments/*/versions.tf
}

prepare() {
  rm -rf "$work"
  copied "$work"
  [ -n "${REAL_PROVIDER:-}" ] && return
  # The brace must stand on the block's own line.
  printf 'provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = "%s"\n  }\n}\n' "$root/.tools/aws-provider-double" >"$work/tofu.rc"
  export TF_CLI_CONFIG_FILE="$work/tofu.rc"
}

modules_of() {
  cd "$1"
  if [ -n "${REAL_PROVIDER:-}" ]; then "$tofu" init -backend=false -input=false; else "$tofu" get; fi
}

validated() {
  (modules_of "$1" && "$tofu" validate -no-color)
}

# Directories without tests are refused: a module that nothing holds to its word is no module of ours.
tested() {
  ls "$1"/tests/*.tftest.hcl >/dev/null
  (cd "$1" && "$tofu" test -no-color)
}

read_by_checkov() {
  "$checkov" --config-file infra/.checkov.yaml --directory "$1"
}

refused_by_checkov() {
  local found
  ! found=$(read_by_checkov infra/refused) && grep 'CKV_AWS_20:' <<<"$found"
}

read_by_tflint() {
  "$tflint" --config "$root/infra/.tflint.hcl" --chdir "$1" --recursive --no-color
}

refused_by_tflint() {
  local found
  ! found=$(read_by_tflint infra/refused) && grep terraform_unused_declarations <<<"$found"
}

# What no plan shows: what may never be destroyed, and where the states are.
source_kept_by_rules() {
  find "$1" -name '*.tf' -not -path '*/.terraform/*' -print0 |
    xargs -0 "$conftest" test --parser hcl2 --namespace source --policy policies/opentofu-source
}

source_refused_by_rules() {
  local found
  ! found=$(source_kept_by_rules infra/refused) && grep 'prevent_destroy must be true' <<<"$found"
}

# The plans that infra/plans has left there. Where all stands nothing is unknown, so that every right is judged.
kept_by_rules() {
  local rules=(--namespace opentofu --policy policies/opentofu) plan
  for plan in "$1"/{plan,second,options}.json; do
    [ ! -e "$plan" ] || "$conftest" test "${rules[@]}" "$plan" || return
  done
  "$conftest" test "${rules[@]}" --fail-on-warn "$1/standing.json"
}

# What the chart is told of the infrastructure, behind the values of the environment: its schema takes it, the policies do, and the
# roles of its services go to its own pods.
chart_takes() {
  local name=$1 values="$work/helm-values/$1" kind=(--production) file
  [ "$name" != dev ] || kind=()
  node infra/helm-values/main.ts "$copy/environments/$name/outputs.json" "$values" || return
  for file in "$values"/*.yaml; do
    helm template suffrage helm/suffrage -f "helm/suffrage/values-$name.yaml" -f "$file" >"$work/rendered.yaml" || return
    policies/judge.sh "${kind[@]}" "$work/rendered.yaml" || return
    node infra/plans/identities.ts "$copy/environments/$name/standing.json" "$work/rendered.yaml" "$name" || return
  done
}

rehearsed() {
  copied "$work/rehearsal" && infra/pipeline/rehearse.sh "$work/rehearsal"
}

prepare
step 'format' "$tofu" fmt -check -recursive -diff infra/opentofu
for directory in "$copy"/state "$copy"/modules/*; do
  name=${directory#"$copy/"}
  step "valid: $name" validated "$directory"
  step "tests: $name" tested "$directory"
done
for directory in "$copy"/environments/*; do step "valid: ${directory#"$copy/"}" validated "$directory"; done
step 'checkov' read_by_checkov infra/opentofu
step 'checkov refuses' refused_by_checkov
if [ -n "${FULL:-}" ] || command -v "$tflint" >/dev/null; then
  step 'tflint' read_by_tflint infra/opentofu
  step 'tflint refuses' refused_by_tflint
else
  printf '  left  %-28s FULL=1 builds it\n' 'tflint'
fi
step 'rules fire and are silent' "$conftest" verify --policy policies/opentofu --policy policies/opentofu-source
step 'rules: source' source_kept_by_rules infra/opentofu
step 'rules: source refuses' source_refused_by_rules
step 'plans' node infra/plans/main.ts "$copy"
step 'stages of the pipelines' rehearsed
for directory in "$copy"/environments/*; do
  step "rules: ${directory#"$copy/"}" kept_by_rules "$directory"
  step "chart: ${directory#"$copy/"}" chart_takes "${directory##*/}"
done
node loadtest/cost/main.ts --summary || failed=1
exit "$failed"
