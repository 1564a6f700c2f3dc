-- The state of the second reported run: a call with four arguments matches two overloads.
create function m10_recovery.complete_outbox_event(
  p_event_id bigint, p_success boolean, p_error text, p_processor_id text, p_retry_delay_seconds integer default 60
) returns boolean language sql as 'select m10_recovery.complete_outbox_event($1, $4, $2, $3, $5)';
