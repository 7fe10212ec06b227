#!/usr/bin/env bash
# Holds rendered manifests, and values files, against the policies.
set -euo pipefail

usage="Holds the manifests of one rendering against policies/kubernetes; exit status 1 when something is refused.

  policies/judge.sh [--production] FILE…     manifests, several in a file if need be
  policies/judge.sh --values FILE…           values files of the chart

--production also asks for replicas and for their spread over zones and nodes. CONFTEST=PROGRAM: another conftest."

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
conftest=${CONFTEST:-$here/../.tools/bin/conftest}
[ -x "$conftest" ] || conftest=$(command -v conftest) || {
  echo "judge: conftest is not there: run tools/setup/setup.sh conftest, or name yours as CONFTEST" >&2
  exit 2
}

kind=manifests
each=(--policy "$here/kubernetes/each")
while [[ ${1:-} == -* ]]; do
  case $1 in
    --production) each+=(--policy "$here/kubernetes/production") ;;
    --values) kind=values ;;
    -h | --help) echo "$usage" && exit 0 ;;
    *) echo "$usage" >&2 && exit 2 ;;
  esac
  shift
done
[ $# -gt 0 ] || { echo "$usage" >&2 && exit 2; }

quiet=(--quiet --no-color --all-namespaces)
if [ "$kind" = values ]; then
  exec "$conftest" test "${quiet[@]}" --policy "$here/values" "$@"
fi
failed=0
"$conftest" test "${quiet[@]}" "${each[@]}" "$@" || failed=1
"$conftest" test "${quiet[@]}" --combine --policy "$here/kubernetes/together" "$@" || failed=1
exit $failed
