-- Up Migration
create table m10_recovery.outbox (
  event_id bigint generated always as identity primary key,
  event_key text not null constraint outbox_event_key_key unique,
  event_type text not null,
  payload jsonb not null default '{}',
  attempts integer not null default 0,
  max_attempts integer not null default 5,
  next_retry_at timestamptz not null default now(),
  claimed_by text,
  claimed_at timestamptz,
  completed_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  constraint outbox_claim_check check ((claimed_by is null) = (claimed_at is null)),
  constraint outbox_attempts_check check (attempts between 0 and max_attempts)
);

-- Down Migration
drop table m10_recovery.outbox;
