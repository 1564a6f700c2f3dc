-- Up Migration
alter table routing.decisions
  add column latency_ms integer constraint decisions_latency_check check (latency_ms >= 0);
create index decisions_slow_idx on routing.decisions (decided_at) where latency_ms > 1000;

-- Down Migration
drop index routing.decisions_slow_idx;
alter table routing.decisions drop column latency_ms;
