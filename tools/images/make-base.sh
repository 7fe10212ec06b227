#!/usr/bin/env bash
# A base for the images where no image registry can be reached: this checkout's Node, and from Debian's packages what Node
# links to, certificates and the files that every system has. No shell, no package manager, nothing else.
#
#   tools/images/make-base.sh [NAME]      default suffrage-base:local; then: make images BASE=suffrage-base:local
#
# Needs apt-get, dpkg-deb and a container engine. The packages' versions are those of this machine's Debian.
set -euo pipefail
[ "${1:-}" != --help ] || { sed -n '2,8s/^# \?//p' "$0"; exit 0; }
name=${1:-suffrage-base:local}
root=$(cd "$(dirname "$0")/../.." && pwd)
packages=(base-files ca-certificates libc6 libgcc-s1 libstdc++6 netbase)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/debs" "$work/root/var/lib/dpkg/status.d"
(cd "$work/debs" && apt-get -qq download "${packages[@]}" 2>/dev/null)
for package in "$work"/debs/*.deb; do
  dpkg-deb -x "$package" "$work/root"
  # Where scanners look in images without a package manager.
  dpkg-deb -f "$package" >"$work/root/var/lib/dpkg/status.d/$(dpkg-deb -f "$package" Package)"
done

cd "$work/root"
find usr/share/ca-certificates -name '*.crt' -print0 | LC_ALL=C sort -z | xargs -0 cat >etc/ssl/certs/ca-certificates.crt
rm -rf usr/share/{ca-certificates,doc,man,lintian,locale} usr/lib/x86_64-linux-gnu/gconv
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >etc/passwd
printf 'root:x:0:\nnonroot:x:65532:\n' >etc/group
mkdir -p usr/local/bin home/nonroot
chmod 1777 tmp
install -m 755 "$root/.tools/bin/node" usr/local/bin/node
find . -exec touch -hd 2020-01-01T00:00:00Z {} +
tar --sort=name --numeric-owner --owner=0 --group=0 -c . |
  docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' --change 'USER 65532:65532' - "$name" >/dev/null
docker image inspect --format "$name: {{.Size}} bytes" "$name"
