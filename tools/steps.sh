# shellcheck shell=bash
# step NAME COMMAND…: prints one line, and the output only where it fails; `failed` is 1 from then on.
failed=0
step() {
  local name=$1 started output
  shift
  started=$(date +%s)
  if output=$("$@" 2>&1); then
    printf '  ok    %-28s %3d s\n' "$name" $(($(date +%s) - started))
  else
    printf '  FAIL  %-28s\n%s\n' "$name" "$output"
    # shellcheck disable=SC2034 # whoever reads this file ends with it
    failed=1
  fi
}
