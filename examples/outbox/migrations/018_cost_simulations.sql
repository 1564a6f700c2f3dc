-- Up Migration
create table routing.simulations (
  id uuid primary key default gen_random_uuid(),
  tenant_id bigint not null references public.tenants (id) on delete cascade,
  budget_micros bigint not null check (budget_micros > 0),
  created_at timestamptz not null default now()
);
create index simulations_tenant_idx on routing.simulations (tenant_id);

create table routing.simulation_steps (
  simulation_id uuid not null references routing.simulations (id) on delete cascade,
  step smallint not null check (step > 0),
  skill text not null references public.skills (name),
  repeats integer not null default 1 check (repeats > 0),
  primary key (simulation_id, step)
);
create index simulation_steps_skill_idx on routing.simulation_steps (skill);

-- Down Migration
drop table routing.simulation_steps;
drop table routing.simulations;
