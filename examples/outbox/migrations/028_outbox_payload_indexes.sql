-- Up Migration
create index outbox_run_idx on m10_recovery.outbox ((payload ->> 'run_id')) where payload ? 'run_id';
create index outbox_payload_idx on m10_recovery.outbox using gin (payload jsonb_path_ops);

-- Down Migration
drop index m10_recovery.outbox_payload_idx;
drop index m10_recovery.outbox_run_idx;
