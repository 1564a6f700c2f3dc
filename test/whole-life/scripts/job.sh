#!/usr/bin/env bash
# The command of `offshoot run` in the whole-life suite: uses the database, and writes to the journal what it saw.
# Arguments: seconds of work, exit status.
set -u
work_s=$1 status=$2

# The names of the mock of Neon are on this machine. offshoot passes no PGHOSTADDR on, because it names another server.
[ "$OFFSHOOT_PROVIDER" != neon ] || export PGHOSTADDR=127.0.0.1

query() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$1" --command "$2" 2>&1; }
note() {
  printf '{"at":%s,"what":"%s","run":"%s","actor":"%s","token":"%s","database":"%s","code":%s,"provider":"%s","url":"%s"}\n' \
    "$(date +%s%3N)" "$1" "$RUN_LABEL" "$ACTOR" "$$" "$OFFSHOOT_DATABASE_ID ${oid:-}" "${2:-null}" "$OFFSHOOT_PROVIDER" "$DATABASE_URL" >>"$JOURNAL"
}

identity='select oid from pg_database where datname = current_database()'
if ! oid=$(query "$DATABASE_URL" "$identity") || ! query "$DATABASE_URL_UNPOOLED" 'select 1' >/dev/null; then
  oid=
  note job-unreachable
  exit 5
fi
# A migration that ran has written three rows with its token.
steps=$(query "$DATABASE_URL" 'select count(*) from shop where token = (select token from shop group by 1 order by count(*) desc limit 1)') || steps=0
# A database without its table was not migrated. A database that has just been deleted says nothing about its migrations.
[ "$(query "$DATABASE_URL" "$identity")" = "$oid" ] || { note job-lost; exit 6; }
note job-begin "${steps:-0}"
for look in $(seq "$((work_s * 2))"); do
  sleep 0.5
  # Each look opens a session of its own, as tests do. A database that is deleted or replaced under a job is seen.
  now=$(query "$DATABASE_URL" "$identity")
  [ "$now" = "$oid" ] || { note job-lost; exit 6; }
done
note job-end "$status"
exit "$status"
