-- Up Migration
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

-- Down Migration
drop function m10_recovery.claim_outbox_events(text, integer, integer);
