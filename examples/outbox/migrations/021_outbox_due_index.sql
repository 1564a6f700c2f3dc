-- Up Migration
create index outbox_due_idx on m10_recovery.outbox (next_retry_at, event_id) where completed_at is null;

-- Down Migration
drop index m10_recovery.outbox_due_idx;
