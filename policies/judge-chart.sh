#!/usr/bin/env bash
# Renders the chart with each of its value files and holds the manifests, and the values, against the policies.
set -euo pipefail

usage="Holds the chart's values files and what they render against the policies; exit status 1 when something is refused.

  policies/judge-chart.sh [FILE…]     default: helm/suffrage/values-*.yaml

HELM=PROGRAM, CONFTEST=PROGRAM: other programs than those of tools/setup/setup.sh helm conftest."

case ${1:-} in -h | --help) echo "$usage" && exit 0 ;; esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
chart=$here/../helm/suffrage
helm=${HELM:-$here/../.tools/bin/helm}
[ -x "$helm" ] || { echo "judge-chart: helm is not there: run tools/setup/setup.sh helm, or name yours as HELM" >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- "$chart"/values-*.yaml

failed=0
"$here/judge.sh" --values "$chart/values.yaml" "$@" || failed=1
for file in "$@"; do
  rendered=$work/$(basename "$file")
  "$helm" template suffrage "$chart" --namespace apps --values "$file" >"$rendered"
  # What says that it is not for votes that matter needs no second pod.
  kind=(--production)
  ! grep -q '^environment: development' "$file" || kind=()
  if "$here/judge.sh" "${kind[@]}" "$rendered"; then
    echo "  ok    $(basename "$file")"
  else
    echo "  FAIL  $(basename "$file")"
    failed=1
  fi
done
exit $failed
