-- Up Migration
alter table public.runs
  add column cost_micros bigint generated always as (cost_cents::bigint * 10000) stored,
  add constraint runs_cost_check check (cost_cents >= 0);

-- Down Migration
alter table public.runs
  drop constraint runs_cost_check,
  drop column cost_micros;
