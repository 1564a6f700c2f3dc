#!/usr/bin/env bash
# A migration command of the chaos test that opens a psql session for each statement, as many projects do.
# Arguments: RUN VERSION WORK_MS END DETACHES IGNORES_TERM FORKS OWN_NAME [ROLE TOKEN]
set -u
run=$1 version=$2 work_ms=$3 end=$4 detaches=$5 ignores_term=$6 forks=$7 own_name=$8 role=${9:-command}
token=${10:-$(cat /proc/sys/kernel/random/uuid)}
if [ "$ignores_term" = true ] || [ "$role" = worker ] || [ "$role" = daemon ]; then trap '' TERM; fi
[ "$own_name" = false ] || export PGAPPNAME='migrations of the shop'
port=${DATABASE_URL##*:}
port=${port%%/*}

query() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$DATABASE_URL" --command "$1"; }
step() { query "select chaos.step('$token', '$run', $version, '$1', $$, $port, ${2:-null})" >/dev/null; }
now_ms() { date +%s%3N; }

# ticks NAME FOR_MS ON_ERROR: a migration ends at its first error; what it left running tries again, as a worker does.
ticks() {
  local until=$(($(now_ms) + $2))
  while [ "$(now_ms)" -lt "$until" ]; do
    step "$1" 2>/dev/null || [ "$3" = continue ] || exit 4
    sleep 0.02
  done
}

# start ROLE PREFIX...: starts this script again, in the background.
start() { "${@:2}" bash "$0" "$run" "$version" "$work_ms" "$end" nothing "$ignores_term" false "$own_name" "$1" "$token" >/dev/null 2>&1 </dev/null & }

case $role in
  fork | daemon) ticks fork-tick 8000 continue; exit 0 ;;
  worker) ticks tick "$work_ms" continue; exit 0 ;;
esac

step begin "jsonb_build_object('sessions', chaos.earlier('$token'), 'processes', '[]'::jsonb)" || exit 4
[ "$forks" = false ] || start fork env
if [ "$detaches" = worker ]; then
  start worker setsid
  wait $! || exit 4
else
  ticks tick "$work_ms" stop
fi
[ "$detaches" != daemon ] || start daemon setsid
if [ "$end" = fails ]; then
  step fail
  echo "ERROR: this migration fails" >&2
  exit 3
fi
step end || exit 4
[ "$end" != dies ] || kill -9 $$
