-- Up Migration
create table m10_recovery.replay_log (
  replay_id bigint generated always as identity primary key,
  event_id bigint not null references m10_recovery.outbox (event_id) on delete cascade deferrable initially deferred,
  requested_by text not null default current_user,
  replayed_at timestamptz not null default now()
);
create index replay_log_event_idx on m10_recovery.replay_log (event_id);

create function m10_recovery.replay_dead_letter(p_dead_letter_id bigint) returns bigint language plpgsql as $$
declare
  letter m10_recovery.dead_letters;
  replayed bigint;
begin
  delete from m10_recovery.dead_letters where dead_letter_id = p_dead_letter_id returning * into strict letter;
  replayed := m10_recovery.publish_event(letter.event_key, letter.event_type, letter.payload);
  insert into m10_recovery.replay_log (event_id) values (replayed);
  return replayed;
end
$$;

-- Down Migration
drop function m10_recovery.replay_dead_letter(bigint);
drop table m10_recovery.replay_log;
