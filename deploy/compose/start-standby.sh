#!/usr/bin/env bash
# Copies the primary the first time, then follows it.
set -euo pipefail
PGPASSWORD=$(cat /secrets/password)
export PGPASSWORD
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Beside it first, so that an interrupted copy is not taken for a whole one.
  rm -rf "$PGDATA.partial"
  pg_basebackup --host=postgres --port=5432 --username=postgres --pgdata="$PGDATA.partial" --wal-method=stream --checkpoint=fast
  touch "$PGDATA.partial/standby.signal"
  rm -rf "$PGDATA"
  mv "$PGDATA.partial" "$PGDATA"
fi
chmod 0700 "$PGDATA"
# In the environment: arguments can be read by everybody.
exec postgres -c listen_addresses="*" -c port=5433 -c hba_file=/etc/suffrage/pg_hba.conf -c max_connections=200 -c timezone=UTC -c hot_standby=on \
  -c "primary_conninfo=host=postgres port=5432 user=postgres application_name=standby"
