#!/usr/bin/env bash
# Installs what the project needs into the checkout's .tools directory, and nothing anywhere else.
#
#   tools/setup/setup.sh           Node, pnpm, npm packages, Kafka, Redis; PostgreSQL is one of the npm packages
#   tools/setup/setup.sh browser   also Chromium, for the test of the page (as root: apt-get install chromium)
#   tools/setup/setup.sh bench     also Kafka's own performance tools, for make bench
#   tools/setup/setup.sh fuzz      also schemathesis, for make fuzz (needs Python 3)
#   tools/setup/setup.sh python    also Python's gRPC client, cryptography, AWS CLI and pg_dump, for the tests (needs Python 3)
#   tools/setup/setup.sh aws       also AWS CLI alone, for make pipeline-check (needs Python 3)
#   tools/setup/setup.sh k6        also k6, for make load and its test (builds it; needs Go, or Python 3 to fetch Go)
#   tools/setup/setup.sh actionlint groovy  also what make pipeline-check reads workflows and the Jenkinsfile with
#   tools/setup/setup.sh mirror    also Kafka's MirrorMaker, for the rehearsal of a lost region (make faults)
#   tools/setup/setup.sh prometheus  also Prometheus and promtool, for make observe and its tests
#   tools/setup/setup.sh conftest  also conftest, for the policies' tests (builds it, as k6)
#   tools/setup/setup.sh checkov  also checkov, for make infra-check (needs Python 3; 290 MB)
#   tools/setup/setup.sh helm      also Helm, kubectl and kubeconform, for make chart-test (Python 3 fetches them; builds the last)
#   tools/setup/setup.sh kube-apiserver  also an API server of Kubernetes and etcd, for make chart-test FULL=1 (builds the first)
#   tools/setup/setup.sh tflint    also tflint, for make infra-check FULL=1 (builds it, as k6)
#   tools/setup/setup.sh tofu      also OpenTofu, for make infra-check (builds it, as k6)
# Several of these names can be given together.
#
# SUFFRAGE_CACHE: a directory for the downloads that several checkouts share (default: .tools of this checkout).
# Needs bash, a Node of any version with npm, Java 17 or newer, and the package registries; root is not needed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
tools="$root/.tools"
mkdir -p "$tools"
cache=${SUFFRAGE_CACHE:-$tools}
mkdir -p "$cache" 2>/dev/null || { echo "setup: the cache directory $cache cannot be created: set SUFFRAGE_CACHE to a directory that you can write." >&2; exit 1; }
cache=$(cd "$cache" && pwd -P)
# What an earlier set-up put into .tools/bin must not be taken for the machine's own.
PATH=$(printf %s "$PATH" | tr ':' '\n' | grep -vxF "$tools/bin" | paste -sd:)
. "$root/tools/setup/versions.env"

# What is installed only where it is asked for; each has its chains, named install_…
optional=(actionlint aws bench browser checkov conftest fuzz groovy helm k6 kube-apiserver mirror prometheus python tflint tofu)
chains() {
  case "$1" in
    bench) echo install_kafka_tools ;;
    mirror) echo install_kafka_mirror ;;
    helm) echo install_helm install_kubeconform install_kubernetes_schemas ;;
    kube-apiserver) echo install_kube_apiserver install_etcd ;;
    python) echo install_python install_aws ;;
    tofu) echo install_tofu install_aws_double ;;
    *) echo "install_$1" ;;
  esac
}

for part in common debian node kafka redis go browser python k6 prometheus actionlint groovy conftest helm kube-apiserver tflint tofu; do . "$root/tools/setup/$part.sh"; done

# Everything that decides what the set-up does. When it is unchanged since the last complete run, there is nothing to do.
signature() {
  echo "$root $cache ${JAVA_HOME:-} $(stat -Lc '%Y %s' "$tools/bin/java" 2>/dev/null)"
  (cd "$root" && cat tools/setup/*.sh tools/setup/versions.env tools/setup/kafka/*.xml pnpm-lock.yaml pnpm-workspace.yaml | sha256sum)
}

is_current() {
  local name
  [ "$(cat "$tools/stamps/setup" 2>/dev/null)" = "$(signature)" ] || return 1
  for name in node pnpm java redis-server; do [ -x "$tools/bin/$name" ] || return 1; done
  [ -d "$tools/kafka/libs" ] && [ -x "$tools/postgresql/bin/initdb" ] && [ -d "$root/node_modules/.pnpm" ] || return 1
  for name in "${optional[@]}"; do ! wants "$name" || part_is_current "$name" || return 1; done
}

part_is_current() {
  case "$1" in
    actionlint) is_built actionlint '' ;;
    aws) [ -x "$tools/bin/python-aws" ] && [ -x "$tools/bin/python-botocore" ] ;;
    bench) [ -d "$tools/kafka-tools/libs" ] ;;
    browser) [ -x "$tools/bin/chromium" ] ;;
    checkov) [ -n "${CHECKOV:-}" ] || [ -x "$tools/bin/checkov" ] ;;
    conftest) is_built conftest "$CONFTEST_VERSION" ;;
    fuzz) [ -x "$tools/bin/schemathesis" ] ;;
    groovy) [ "$(readlink "$tools/groovy")" = "$(groovy_directory)" ] ;;
    helm)
      [ -x "$tools/bin/helm" ] && [ "$(readlink "$tools/bin/helm")" = "$cache/helm-$HELM_VERSION/helm" ] &&
        is_built kubeconform "$KUBECONFORM_VERSION" &&
        [ -d "$tools/bin/kubernetes-schemas" ] && [ "$(readlink "$tools/bin/kubernetes-schemas")" = "$(kubernetes_schemas_directory)" ]
      ;;
    k6) is_built k6 "$K6_VERSION" ;;
    kube-apiserver) is_built kube-apiserver "$KUBE_APISERVER_VERSION" && [ -x "$tools/bin/etcd" ] ;;
    mirror) [ -d "$tools/kafka-mirror/libs" ] ;;
    prometheus) [ -x "$tools/bin/promtool" ] && [ -x "$tools/bin/prometheus" ] ;;
    python) [ -x "$tools/bin/python-grpc" ] && [ -x "$tools/bin/python-verify" ] && part_is_current aws && [ -x "$tools/bin/pg_dump" ] ;;
    tflint) is_built tflint "$TFLINT_VERSION" ;;
    tofu) tofu_is_current ;;
  esac
}

for part in "$@"; do
  [[ " ${optional[*]} " == *" $part "* ]] || { echo "usage: $0 $(printf '[%s] ' "${optional[@]}")" >&2; exit 2; }
done
wanted=" $* "
wants() { [[ $wanted == *" $1 "* ]]; }
# The user's own k6 needs no other.
[ -z "${K6:-}" ] || wanted=${wanted/ k6 / }
[ -z "${CONFTEST:-}" ] || wanted=${wanted/ conftest / }
[ -z "${TFLINT:-}" ] || wanted=${wanted/ tflint / }
[ -z "${PROMETHEUS_DIRECTORY:-}" ] || wanted=${wanted/ prometheus / }
if is_current; then
  echo 'setup: everything is current.'
  exit 0
fi

mkdir -p "$tools/bin" "$tools/stamps" "$tools/logs"
# Temporary files of npm, pnpm and Maven stay in the cache as well.
export TMPDIR="$cache/tmp"
mkdir -p "$TMPDIR"
# What a killed set-up left; a running one is younger.
find "$tools" -maxdepth 1 -name 'run.*' -mmin +120 -exec rm -rf {} +
run=$(mktemp -d "$tools/run.XXXXXX")
mkdir "$run/steps"
jobs_started=()

# Each chain runs in a process group of its own (set -m), so that a failure or Ctrl-C ends its npm, Maven or apt as well.
stop_chains() {
  local pid
  for pid in "${jobs_started[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap 'rm -rf "$run"' EXIT
trap 'stop_chains; echo "setup: interrupted; the same command continues from here." >&2; exit 130' INT TERM HUP

check_platform() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
    fail "There is no PostgreSQL binary for this platform ($(uname -sm)) among the project's packages: use Linux on x86_64, or run the stack in containers with compose.yaml."
}

# One command per line: in `a && b` bash would not stop at an error inside a.
node_chain() {
  install_node
  install_pnpm
  install_packages
}

# The chains need nothing of each other (but Kafka's archive waits for Node), so downloads overlap. Each leaves a mark when
# it has succeeded: bash forgets how a child ended when it has had some thousands of others since, each `sleep` below one.
start_chain() {
  local mark="$run/ended.${#jobs_started[@]}"
  set -m
  (
    "$@"
    : >"$mark"
  ) </dev/null &
  jobs_started+=("$!")
  set +m
}

# Says every 5 s what is still under way; ends when all chains have ended or one has failed.
watch_chains() {
  local ticks=0 file
  while [ -n "$(jobs -pr)" ] && [ ! -e "$run/failure" ]; do
    sleep 0.1
    ticks=$((ticks + 1))
    [ $((ticks % 50)) = 0 ] || continue
    for file in "$run"/steps/*; do
      [ ! -f "$file" ] || say "${file##*/}: still at it after $(elapsed "$(cat "$file" 2>/dev/null || now_ms)")"
    done
  done
}

started=$(now_ms)
(check_platform && find_java) || { echo "setup: $(cat "$run/failure")" >&2; exit 1; }
java=$(readlink -f "$tools/bin/java")
start_chain node_chain
start_chain install_kafka
start_chain install_redis
for part in "${optional[@]}"; do
  for chain in $(chains "$part"); do ! wants "$part" || start_chain "$chain"; done
done
watch_chains
if [ -e "$run/failure" ]; then
  stop_chains
  echo "setup: $(cat "$run/failure")" >&2
  exit 1
fi
for chain in "${!jobs_started[@]}"; do
  [ -e "$run/ended.$chain" ] || { echo "setup: a part ended unexpectedly; its log is the newest file in $tools/logs." >&2; exit 1; }
done
signature >"$tools/stamps/setup"
say "complete ($(elapsed "$started")); the tools are in $tools."
