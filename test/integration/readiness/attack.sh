#!/usr/bin/env bash
# A migration command that ignores SIGTERM and writes into the table `work`. Arguments: FORM SECONDS SCENE [TOKEN].
set -u
trap '' TERM
form=$1 seconds=$2 scene=$3 token=${4:-}
query() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$DATABASE_URL" "$@" >/dev/null 2>&1; }
step() { query --command "insert into work (token, step) values ('$token', '$1')"; }
end=$((SECONDS + seconds))

if [ "$form" = worker ]; then
  # It has left its group and session, has no parent, and tries again whatever happens.
  while [ $SECONDS -lt $end ]; do step tick; sleep 0.05; done
  exit 0
fi
token=$(cat /proc/sys/kernel/random/uuid)
case $form in
  short-sessions)
    while [ $SECONDS -lt $end ]; do step tick; sleep 0.05; done ;;
  setsid)
    setsid bash "$0" worker "$seconds" "$scene" "$token" &
    wait $! ;;
  own-name)
    export PGAPPNAME='migrations of the shop'
    {
      echo "set application_name = 'renamed again';"
      while [ $SECONDS -lt $end ]; do
        echo "insert into work (token, step) values ('$token', 'tick');"
        sleep 0.05
      done
    } | query || exit 4 ;;
  sleeping)
    query --command "insert into work (token, step) values ('$token', 'tick')" \
      --command "set application_name = 'renamed again'" \
      --command "select pg_sleep($seconds)" \
      --command "insert into work (token, step) values ('$token', 'tick')" || exit 4 ;;
esac
step end || exit 4
