#!/usr/bin/env bash
# Builds the images from out/images (make bundle). The tag is the commit; a checkout with changes adds -changed.
#
#   tools/images/build.sh [NAME …]   default all; BASE=image REPOSITORY=suffrage TAG=… ENGINE=docker MAX_MB=180
#
# Also tagged :local, which compose.yaml takes unless told otherwise. An image above MAX_MB fails, once all are built.
set -euo pipefail
[ "${1:-}" != --help ] || { sed -n '2,6s/^# \?//p' "$0"; exit 0; }
cd "$(dirname "$0")/../.."
engine=${ENGINE:-docker}
repository=${REPOSITORY:-suffrage}
"$engine" version >/dev/null 2>&1 || { echo "images: $engine does not answer: start a container engine, or name another one with ENGINE" >&2; exit 1; }
revision=$(git rev-parse HEAD)
tag=${TAG:-$(git rev-parse --short=12 HEAD)$([ -z "$(git status --porcelain)" ] || echo -changed)}
version=$(sed -nE 's/^  "version": "(.+)",/\1/p' package.json)
max_mb=${MAX_MB:-180}
too_large=()
names=("$@")
[ $# -gt 0 ] || names=(ingestion processor aggregator registrar web tools)
for name in "${names[@]}"; do
  started=$SECONDS
  "$engine" build --quiet --file Dockerfile --target "$name" ${BASE:+--build-arg "BASE=$BASE"} \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" \
    --tag "$repository/$name:$tag" --tag "$repository/$name:local" out/images >/dev/null
  bytes=$("$engine" image inspect --format '{{.Size}}' "$repository/$name:$tag")
  printf '  %-40s %4d MB  %3d s\n' "$repository/$name:$tag" $((bytes / 1000000)) $((SECONDS - started))
  [ "$bytes" -le $((max_mb * 1000000)) ] || too_large+=("$name")
done
[ ${#too_large[@]} -eq 0 ] || {
  echo "images: above $max_mb MB: ${too_large[*]}. Look at what the bundles hold (du -sh out/images/*), take a smaller BASE, or allow more with MAX_MB" >&2
  exit 1
}
