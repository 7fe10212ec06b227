#!/usr/bin/env bash
# infra/pipeline/rehearse.sh DIRECTORY: what the pipelines do to environment dev, by their own commands, on a copy of infra/opentofu
# in DIRECTORY that infra/check.sh has made: the provider's double comes from a mirror, as a provider does, and the state is a file.
# Holds that a plan is made, held to rules and budget, applied once and not twice, and that what must be refused is.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
directory=$1
tofu=${TOFU:-$root/.tools/bin/tofu}
modules="$directory/infra/opentofu/modules"
dev="$directory/infra/opentofu/environments/dev"
mirror="$directory/mirror"
export SUFFRAGE_STATE='{"bucket":"states","region":"eu-west-1","kms_key_id":"key"}'

pipeline() {
  node "$root/infra/pipeline/main.ts" "$1" --environment dev --root "$directory" --variables "$dev/example.tfvars" 2>&1
}

# says TEXT COMMAND…: it succeeds, and says so.
says() {
  local text=$1 output
  shift
  if ! output=$("$@") || ! grep -qF -- "$text" <<<"$output"; then
    printf '%s\n%s should have succeeded, with: %s\n' "$output" "$*" "$text"
    exit 1
  fi
}

# refuses TEXT COMMAND…: it fails, for that reason.
refuses() {
  local text=$1 output
  shift
  if output=$("$@") || ! grep -qF -- "$text" <<<"$output"; then
    printf '%s\n%s should have been refused, with: %s\n' "$output" "$*" "$text"
    exit 1
  fi
}

put_into_mirror() {
  local platform
  platform=$("$tofu" version -json | sed -n 's/.*"platform": "\(.*\)".*/\1/p')
  mkdir -p "$mirror/registry.opentofu.org/hashicorp/aws/6.40.0"
  ln -s "$root/.tools/aws-provider-double" "$mirror/registry.opentofu.org/hashicorp/aws/6.40.0/$platform"
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$mirror" >"$directory/tofu.rc"
  export TF_CLI_CONFIG_FILE="$directory/tofu.rc"
}

# with FILE FROM TO COMMAND…: as if somebody had changed that.
with() {
  local file=$1 from=$2 to=$3
  shift 3
  grep -qF -- "$from" "$file"
  cp "$file" "$directory/kept"
  sed -i "s/$from/$to/" "$file"
  "$@"
  cp "$directory/kept" "$file"
}

mkdir -p "$directory/gitops/infrastructure"
ln -s "$root/policies" "$directory/policies"
# Those of the real provider, where they are committed.
rm -f "$directory"/infra/opentofu/{state,environments/*}/.terraform.lock.hcl
put_into_mirror

refuses 'make infra-lock writes it' pipeline plan
says 'updated the lock file' "$root/infra/lock.sh" "$directory/infra/opentofu" -fs-mirror="$mirror"
with "$modules/registry/main.tf" '"IMMUTABLE"' '"MUTABLE"' refuses 'a tag must mean the same image for ever' pipeline plan
with "$dev/main.tf" 'monthly_budget_dollars = 2500' 'monthly_budget_dollars = 25' refuses 'its budget is 25' pipeline plan
refuses 'has no reviewed plan' pipeline apply
says 'keeps the rules and its budget' pipeline plan
says 'gitops/infrastructure/dev.yaml has changed' pipeline apply
refuses 'Saved plan is stale' pipeline apply
says 'gitops/infrastructure/dev.yaml is as it was' pipeline values
says 'keeps the rules and its budget: {}' pipeline plan
printf 'x' >>"$directory/out/plans/dev/plan.tfplan"
refuses 'is not the plan that was reviewed' pipeline apply
