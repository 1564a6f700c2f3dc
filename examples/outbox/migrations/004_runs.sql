-- Up Migration
create type public.run_status as enum ('queued', 'running', 'succeeded', 'failed');

create table public.runs (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references public.tenants (id) on delete cascade,
  skill text not null references public.skills (name),
  status public.run_status not null default 'queued',
  cost_cents integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);

-- Down Migration
drop table public.runs;
drop type public.run_status;
