# shellcheck shell=bash disable=SC2154
# OpenTofu, built from its Go module (tools/tofu) once and kept in the cache, and the double of the AWS provider
# (infra/provider-double) that its checks run against (`setup.sh tofu`). TOFU=PROGRAM takes the user's own OpenTofu instead.

install_tofu() {
  [ -z "${TOFU:-}" ] || return 0
  install_go_program tofu "$TOFU_VERSION" OpenTofu 'some nine minutes' TOFU \
    -ldflags="-s -w -X github.com/opentofu/opentofu/version.dev=no" github.com/opentofu/opentofu/cmd/tofu
}

# The double has its schema built in: another schema is another double.
double_directory() { echo "$cache/aws-provider-double-$(cat "$root"/infra/provider-double/{go.*,*.go,schema.json.gz} | sha256sum | cut -c1-12)"; }

install_aws_double() {
  local dir go
  dir=$(double_directory)
  if [ ! -x "$dir/terraform-provider-aws" ]; then
    find_go 'the double of the AWS provider'
    step aws-double 'building the double of the AWS provider (once; a minute of CPU)' \
      locked aws-double install_dir "$dir" fill_go_program aws-double "$root/infra/provider-double" terraform-provider-aws 'The double of the AWS provider' -ldflags='-s -w' .
  fi
  ln -sfn "$dir" "$tools/aws-provider-double"
}

tofu_is_current() {
  { [ -n "${TOFU:-}" ] || is_built tofu "$TOFU_VERSION"; } &&
    [ "$(readlink "$tools/aws-provider-double")" = "$(double_directory)" ]
}
