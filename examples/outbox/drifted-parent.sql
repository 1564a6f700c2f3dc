-- Changes a fully migrated database to the state of the reported parent branch: according to its version table all
-- migrations were applied, but the outbox is the one of the first rollout.
--   psql "$DATABASE_URL" --single-transaction --file drifted-parent.sql
drop function if exists m10_recovery.claim_outbox_events(text, integer);
drop function if exists m10_recovery.claim_outbox_events(integer, text);
drop function if exists m10_recovery.complete_outbox_event(bigint, text, boolean, text, integer);
drop function if exists m10_recovery.complete_outbox_event(bigint, boolean, text, text);

alter table m10_recovery.outbox
  drop column if exists stream_msg_id,
  drop column if exists stream_name,
  drop column if exists process_after;

create or replace function m10_recovery.claim_outbox_events(
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

create or replace function m10_recovery.complete_outbox_event(
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
