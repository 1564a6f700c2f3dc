-- Up Migration
create table routing.rules (
  id bigint generated always as identity primary key,
  skill text not null references public.skills (name),
  tenant_id bigint references public.tenants (id) on delete cascade,
  agent_id bigint not null references agents.registry (id) on delete cascade,
  enabled boolean not null default true,
  created_at timestamptz not null default now()
);
create unique index rules_target_key on routing.rules (skill, coalesce(tenant_id, 0), agent_id);
create index rules_tenant_idx on routing.rules (tenant_id) where tenant_id is not null;
create index rules_agent_idx on routing.rules (agent_id);

-- Down Migration
drop table routing.rules;
