#!/usr/bin/env bash
# One experiment on a cluster: votes by k6, the fault beside them, and the audit's word on what came of it.
set -euo pipefail

usage="Runs one chaos experiment on the suite in the current kubectl context. Exit status 0 when Litmus and the audit pass.

  chaos/run.sh NAME         one of: $(cd "$(dirname "${BASH_SOURCE[0]}")/engines" && echo *.yaml | sed 's/\.yaml//g')

RELEASE=suffrage NAMESPACE=apps   the chart's release and its namespace
K6='k6 run …'                     what casts votes meanwhile (docs/loadtest.md says how against a cluster); without it real ones must"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
name=${1:-}
engine=$here/engines/$name.yaml
case $name in -h | --help) echo "$usage" && exit 0 ;; esac
[ -n "$name" ] && [ -f "$engine" ] || { echo "$usage" >&2 && exit 2; }
release=${RELEASE:-suffrage} namespace=${NAMESPACE:-apps}
# The release's CronJob is called as its objects are: release, chart and component, or release and component.
cronjob=$(kubectl -n "$namespace" get cronjob -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=audit" -o name | head -n 1)
[ -n "$cronjob" ] || { echo "chaos: release $release in $namespace has no audit (audit.cron.enabled): without it there is no verdict" >&2 && exit 2; }

log=$(mktemp)
load=
# Rollback: whatever happens, the fault ends with this command, and so do the votes.
stop() {
  kubectl delete --ignore-not-found --wait=true --timeout=120s -f "$engine" || true
  [ -z "$load" ] || kill "$load" 2>/dev/null || true
}
trap stop EXIT

audit() {
  local job=chaos-$name-$1-$(date +%s)
  kubectl -n "$namespace" create job "$job" --from="$cronjob"
  until kubectl -n "$namespace" get job "$job" -o jsonpath='{.status.conditions[*].type}' | grep -qE 'Complete|Failed'; do sleep 5; done
  kubectl -n "$namespace" logs "job/$job" --tail=20 || true
  kubectl -n "$namespace" get job "$job" -o jsonpath='{.status.conditions[*].type}' | grep -q Complete
}

echo 'Steady state: the audit balances before anything is broken'
audit before || { echo "chaos: the audit does not balance before the fault: nothing was broken" >&2; exit 1; }
if [ -n "${K6:-}" ]; then
  bash -c "$K6" >"$log" 2>&1 &
  load=$!
fi
echo "The fault: $name"
kubectl apply -f "$engine"
results=$(kubectl get -f "$engine" -o jsonpath='{range .items[*]}{.metadata.name} {end}{.metadata.name}')
failed=0
for one in $results; do
  echo "  waiting for $one"
  until verdict=$(kubectl -n chaos get chaosresult -l "chaosUID=$(kubectl -n chaos get chaosengine "$one" -o jsonpath='{.metadata.uid}')" -o jsonpath='{.items[0].status.experimentStatus.verdict}' 2>/dev/null) && [[ $verdict =~ ^(Pass|Fail|Error|Stopped)$ ]]; do sleep 5; done
  echo "  $one: $verdict"
  [ "$verdict" = Pass ] || failed=1
done
kubectl delete --ignore-not-found --wait=true --timeout=120s -f "$engine"
if [ -n "$load" ]; then
  wait "$load" || { failed=1 && echo "chaos: k6 says that votes failed for good; the end of $log:" >&2 && tail -n 20 "$log" >&2; }
  load=
fi
echo 'Verdict: the audit, over the whole log and all tables'
audit after || failed=1
exit $failed
