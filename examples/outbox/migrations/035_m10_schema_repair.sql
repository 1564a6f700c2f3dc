-- Up Migration
-- Gives every database the same outbox, whichever of the rollouts it had. It is safe to run on all of them.
alter table m10_recovery.outbox
  add column if not exists stream_msg_id text,
  add column if not exists stream_name text,
  add column if not exists process_after timestamptz not null default now();

do $$
declare
  overload regprocedure;
begin
  for overload in
    select oid::regprocedure
    from pg_proc
    where pronamespace = 'm10_recovery'::regnamespace
      and proname in ('claim_outbox_events', 'complete_outbox_event')
  loop
    execute format('drop function %s', overload);
  end loop;
end
$$;

-- The worker's order of the arguments. The two overloads differ only in the types of their arguments, so callers pass the arguments by
-- position, with their types.
create function m10_recovery.claim_outbox_events(p_processor_id text, p_batch_size integer)
returns setof m10_recovery.outbox language plpgsql as $$
begin
  return query
  update m10_recovery.outbox event
  set claimed_by = p_processor_id, claimed_at = now()
  where event.event_id in (
    select due.event_id
    from m10_recovery.outbox due
    where due.completed_at is null
      and due.attempts < due.max_attempts
      and due.next_retry_at <= now()
      and due.process_after <= now()
      and (due.claimed_at is null or due.claimed_at < now() - interval '5 minutes')
    order by due.next_retry_at, due.event_id
    limit p_batch_size
    for update skip locked
  )
  returning event.*;
end
$$;

-- The tests' order of the arguments.
create function m10_recovery.claim_outbox_events(p_batch_size integer, p_processor_id text)
returns setof m10_recovery.outbox language sql as $$
  select * from m10_recovery.claim_outbox_events(p_processor_id, p_batch_size);
$$;

-- The worker's signature. No argument has a default: with a default for the delay, a call that names the other four
-- would match both overloads, and Postgres would refuse it as ambiguous.
create function m10_recovery.complete_outbox_event(
  p_event_id bigint,
  p_processor_id text,
  p_success boolean,
  p_error text,
  p_retry_delay_seconds integer
) returns boolean language plpgsql as $$
begin
  if p_success then
    update m10_recovery.outbox
    set completed_at = now(), claimed_by = null, claimed_at = null, last_error = null
    where event_id = p_event_id and claimed_by = p_processor_id and completed_at is null;
  else
    update m10_recovery.outbox
    set attempts = attempts + 1, last_error = p_error, claimed_by = null, claimed_at = null,
        next_retry_at = now() + make_interval(secs => p_retry_delay_seconds),
        process_after = now() + make_interval(secs => p_retry_delay_seconds)
    where event_id = p_event_id and claimed_by = p_processor_id and completed_at is null;
  end if;
  return found;
end
$$;

-- The tests' signature, with a minute until the next try.
create function m10_recovery.complete_outbox_event(
  p_event_id bigint,
  p_success boolean,
  p_error text,
  p_processor_id text
) returns boolean language sql as $$
  select m10_recovery.complete_outbox_event(p_event_id, p_processor_id, p_success, p_error, 60);
$$;

-- Down Migration
drop function m10_recovery.complete_outbox_event(bigint, boolean, text, text);
drop function m10_recovery.complete_outbox_event(bigint, text, boolean, text, integer);
drop function m10_recovery.claim_outbox_events(integer, text);
drop function m10_recovery.claim_outbox_events(text, integer);

create function m10_recovery.claim_outbox_events(
  p_processor_id text,
  p_batch_size integer,
  p_lease_seconds integer default 300
) returns setof m10_recovery.outbox language plpgsql as $$
begin
  return query
  update m10_recovery.outbox event
  set claimed_by = p_processor_id, claimed_at = now()
  where event.event_id in (
    select due.event_id
    from m10_recovery.outbox due
    where due.completed_at is null
      and due.attempts < due.max_attempts
      and due.next_retry_at <= now()
      and (due.claimed_at is null or due.claimed_at < now() - make_interval(secs => p_lease_seconds))
    order by due.next_retry_at, due.event_id
    limit p_batch_size
    for update skip locked
  )
  returning event.*;
end
$$;

create function m10_recovery.complete_outbox_event(
  p_event_id bigint,
  p_processor_id text,
  p_error text default null
) returns boolean language plpgsql as $$
begin
  if p_error is null then
    update m10_recovery.outbox
    set completed_at = now(), claimed_by = null, claimed_at = null, last_error = null
    where event_id = p_event_id and claimed_by = p_processor_id and completed_at is null;
  else
    update m10_recovery.outbox
    set attempts = attempts + 1, last_error = p_error, claimed_by = null, claimed_at = null,
        next_retry_at = now() + interval '1 minute'
    where event_id = p_event_id and claimed_by = p_processor_id and completed_at is null;
  end if;
  return found;
end
$$;

alter table m10_recovery.outbox
  drop column process_after,
  drop column stream_name,
  drop column stream_msg_id;
