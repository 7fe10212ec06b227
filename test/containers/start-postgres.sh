#!/usr/bin/env bash
# The few things of the official image's entry point that compose.yaml uses: the first start makes the data directory.
set -euo pipefail
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  read -ra choices <<<"${POSTGRES_INITDB_ARGS:-}"
  initdb -D "$PGDATA" --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" "${choices[@]}" >/dev/null
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
fi
exec "$@"
