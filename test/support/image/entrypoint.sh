#!/bin/bash
# Creates the data directory if it does not exist, and starts the server in this process. Takes the same environment variables and arguments as the
# official image of Postgres.
set -eu

case "${1:-}" in
  -* | "") set -- postgres "$@" ;;
esac
[ "$1" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres: "$PGDATA" /var/run/postgresql
  chmod 0700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$BASH_SOURCE" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo "Error: POSTGRES_PASSWORD is not set." >&2
    exit 1
  fi
  user=${POSTGRES_USER:-postgres}
  # The arguments are words to split, as in the official image.
  # shellcheck disable=SC2086
  eval "initdb --username=\"\$user\" --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") ${POSTGRES_INITDB_ARGS:-}"
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  sed -i "s/^#*listen_addresses *=.*/listen_addresses = '*'/" "$PGDATA/postgresql.conf"
  database=${POSTGRES_DB:-$user}
  if [ "$database" != postgres ]; then
    echo "create database \"$database\";" | postgres --single -D "$PGDATA" postgres >/dev/null
  fi
fi
exec "$@"
