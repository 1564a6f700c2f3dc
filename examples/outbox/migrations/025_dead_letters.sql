-- Up Migration
create table m10_recovery.dead_letters (
  dead_letter_id bigint generated always as identity primary key,
  event_key text not null constraint dead_letters_event_key_key unique,
  event_type text not null,
  payload jsonb not null,
  attempts integer not null,
  last_error text,
  buried_at timestamptz not null default now()
);

create function m10_recovery.bury_exhausted_events() returns integer language plpgsql as $$
declare
  buried integer;
begin
  with exhausted as (
    delete from m10_recovery.outbox
    where completed_at is null and claimed_by is null and attempts >= max_attempts
    returning event_key, event_type, payload, attempts, last_error
  )
  insert into m10_recovery.dead_letters (event_key, event_type, payload, attempts, last_error)
  select event_key, event_type, payload, attempts, last_error from exhausted;
  get diagnostics buried = row_count;
  return buried;
end
$$;

-- Down Migration
drop function m10_recovery.bury_exhausted_events();
drop table m10_recovery.dead_letters;
