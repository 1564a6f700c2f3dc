-- Up Migration
alter table m10_recovery.outbox
  add constraint outbox_payload_check check (jsonb_typeof(payload) = 'object') not valid;
alter table m10_recovery.outbox validate constraint outbox_payload_check;

-- Down Migration
alter table m10_recovery.outbox drop constraint outbox_payload_check;
