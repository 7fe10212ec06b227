#!/usr/bin/env bash
# Builds the page into web/dist, unless it is newer than all its sources.
set -euo pipefail
cd "$(dirname "$0")/.."
newest=$(find web/src web/public web/index.html web/vite.config.ts web/package.json libs/contracts/src pnpm-lock.yaml -newer web/dist/index.html -print -quit 2>/dev/null || echo missing)
[ -f web/dist/index.html ] && [ -z "$newest" ] && exit 0
echo 'building the page …'
PATH="$PWD/.tools/bin:$PATH"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
(cd web && pnpm run --silent build) >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
