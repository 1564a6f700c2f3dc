-- Up Migration
create function m10_recovery.publish_event(p_event_key text, p_event_type text, p_payload jsonb) returns bigint language sql as $$
  with published as (
    insert into m10_recovery.outbox (event_key, event_type, payload)
    values (p_event_key, p_event_type, p_payload)
    on conflict (event_key) do nothing
    returning event_id
  )
  select event_id from published
  union all
  select event_id from m10_recovery.outbox where event_key = p_event_key
  limit 1;
$$;

-- Down Migration
drop function m10_recovery.publish_event(text, text, jsonb);
