-- Up Migration
create function m10_recovery.mark_dispatched(p_event_id bigint, p_stream_name text, p_stream_msg_id text)
returns boolean language plpgsql as $$
begin
  update m10_recovery.outbox
  set stream_name = p_stream_name, stream_msg_id = p_stream_msg_id
  where event_id = p_event_id;
  return found;
end
$$;

-- Down Migration
drop function m10_recovery.mark_dispatched(bigint, text, text);
