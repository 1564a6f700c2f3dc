-- Up Migration
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

-- Down Migration
drop function m10_recovery.complete_outbox_event(bigint, text, text);
