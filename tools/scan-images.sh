#!/usr/bin/env bash
# make scan-images: looks for known weaknesses in images, and fails on those that are serious and have a remedy.
set -euo pipefail

usage="Scans container images for known weaknesses.

  make scan-images IMAGES='registry/ingestion:1.2.3 …'    default: the images that \`make images\` has made for this commit

Needs trivy or grype in PATH, which fetch their own database of weaknesses, and the images in the local engine or a registry.
Exit status 1: an image has a weakness that is high or critical and that has been mended elsewhere. 2: nothing was scanned."

case ${1:-} in -h | --help) echo "$usage" && exit 0 ;; esac
images=("$@")
if [ ${#images[@]} = 0 ]; then
  revision=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --short=12 HEAD)
  mapfile -t images < <(docker image ls --format '{{.Repository}}:{{.Tag}}' 2>/dev/null | grep -F -- "$revision" || true)
  [ ${#images[@]} -gt 0 ] || { echo "scan-images: no image of this commit is here: run make images, or name some (IMAGES='…')" >&2; exit 2; }
fi
if command -v trivy >/dev/null; then
  scan() { trivy image --quiet --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 "$1"; }
elif command -v grype >/dev/null; then
  scan() { grype --quiet --only-fixed --fail-on high "$1"; }
else
  echo "scan-images: neither trivy nor grype is in PATH: install one (https://trivy.dev, https://github.com/anchore/grype)" >&2
  exit 2
fi
failed=0
for image in "${images[@]}"; do
  echo "scan-images: $image"
  scan "$image" || failed=1
done
exit $failed
