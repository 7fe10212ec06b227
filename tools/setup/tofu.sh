# shellcheck shell=bash disable=SC2154
# OpenTofu, built from its Go module (tools/tofu) once and kept in the cache, and the double of the AWS provider
# (infra/provider-double) that its checks run against (`setup.sh tofu`). TOFU=PROGRAM takes the user's own OpenTofu instead.

tofu_directory() { echo "$cache/tofu-$TOFU_VERSION-$(cat "$root"/tools/tofu/go.* | sha256sum | cut -c1-12)"; }

install_tofu() {
  local dir go
  [ -z "${TOFU:-}" ] || return 0
  dir=$(tofu_directory)
  if [ ! -x "$dir/tofu" ]; then
    find_go 'OpenTofu (or set TOFU to an OpenTofu of your own)'
    step tofu "building OpenTofu $TOFU_VERSION from its Go module (once; some nine minutes of CPU)" locked tofu install_dir "$dir" fill_tofu
  fi
  link "$dir/tofu" tofu
}

fill_tofu() {
  logged tofu.log go_build tofu "$1/tofu" -ldflags="-s -w -X github.com/opentofu/opentofu/version.dev=no" github.com/opentofu/opentofu/cmd/tofu ||
    explain tofu.log "OpenTofu $TOFU_VERSION" "the Go module proxy"
  rm -rf "$cache/tofu-build"
}

# The double has its schema built in: another schema is another double.
double_directory() { echo "$cache/aws-provider-double-$(cat "$root"/infra/provider-double/{go.*,*.go,schema.json.gz} | sha256sum | cut -c1-12)"; }

install_aws_double() {
  local dir go
  dir=$(double_directory)
  if [ ! -x "$dir/terraform-provider-aws" ]; then
    find_go 'the double of the AWS provider'
    step aws-double 'building the double of the AWS provider (once; a minute of CPU)' locked aws-double install_dir "$dir" fill_aws_double
  fi
  ln -sfn "$dir" "$tools/aws-provider-double"
}

fill_aws_double() {
  logged aws-double.log build_aws_double "$1/terraform-provider-aws" ||
    explain aws-double.log 'the double of the AWS provider' 'the Go module proxy'
  rm -rf "$cache/aws-provider-double-build"
}

build_aws_double() {
  (
    cd "$root/infra/provider-double" || exit
    export GOPATH="$cache/aws-provider-double-build/go" GOCACHE="$cache/aws-provider-double-build/compiled" GOFLAGS=-modcacherw
    export GOTOOLCHAIN=local CGO_ENABLED=0
    nice -n 10 "$go" build -trimpath -buildvcs=false -o "$1" -ldflags='-s -w' .
  )
}

tofu_is_current() {
  { [ -n "${TOFU:-}" ] || { [ -x "$tools/bin/tofu" ] && [ "$(readlink "$tools/bin/tofu")" = "$(tofu_directory)/tofu" ]; }; } &&
    [ "$(readlink "$tools/aws-provider-double")" = "$(double_directory)" ]
}
