#!/usr/bin/env bash
# The migrations of the whole-life suite: three steps, each with a psql session of its own. It writes to the journal what it saw.
# Arguments: END (well or fails), milliseconds between two steps.
set -u
end=$1 pause_ms=$2
token=$(cat /proc/sys/kernel/random/uuid)
url=$DATABASE_URL

query() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$url" --command "$1"; }
note() {
  printf '{"at":%s,"what":"%s","run":"%s","actor":"%s","token":"%s","database":"%s"}\n' \
    "${2:-$(date +%s%3N)}" "$1" "$RUN_LABEL" "$ACTOR" "$token" "$database" >>"$JOURNAL"
}

oid=$(query "select oid from pg_database where datname = current_database()") || exit 4
database="$OFFSHOOT_DATABASE_ID $oid"
note migration-begin
query 'create table if not exists shop (step int, token text)' || exit 4
for step in 1 2 3; do
  # The database's own time, so that a step that waited in a queue counts when it took place.
  at=$(query "insert into shop values ($step, '$token') returning floor(extract(epoch from clock_timestamp()) * 1000)") || exit 4
  note migration-step "${at%%.*}"
  sleep "0.$(printf '%03d' "$pause_ms")"
done
if [ "$end" = fails ]; then
  echo "ERROR: the migration of the shop fails" >&2
  exit 3
fi
note migration-end
