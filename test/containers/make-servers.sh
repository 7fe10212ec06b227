#!/usr/bin/env bash
# Kafka, PostgreSQL, Redis and nginx as images where no image registry can be reached: Debian's packages by debootstrap, Kafka
# from this checkout. They take the same settings as the official images, as far as compose.yaml uses them.
#
#   test/containers/make-servers.sh     suffrage-test/{kafka,postgres,redis,nginx}:local
#
# Needs root, debootstrap and a container engine; some minutes. MIRROR names another mirror of Debian.
set -euo pipefail
[ "${1:-}" != --help ] || { sed -n '2,8s/^# \?//p' "$0"; exit 0; }
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! docker image inspect suffrage-test/debian:local >/dev/null 2>&1; then
  debootstrap --variant=minbase --include=openjdk-17-jre-headless,postgresql,redis-server,nginx-light \
    bookworm "$work/debian" "${MIRROR:-http://deb.debian.org/debian}" >"$work/log" || { tail "$work/log" >&2; exit 1; }
  rm -rf "$work/debian/var/cache/apt/archives" "$work/debian/usr/share/doc"
  tar -C "$work/debian" -c . | docker import --change 'ENV PATH=/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/bin' - suffrage-test/debian:local >/dev/null
fi
mkdir "$work/context"
cp -rL "$root/.tools/kafka/libs" "$work/context/libs"
cp "$here"/start-*.sh "$work/context"
for name in kafka postgres redis nginx; do
  docker build --quiet --file "$here/Dockerfile" --target "$name" --tag "suffrage-test/$name:local" "$work/context" 2>/dev/null
done
