-- Up Migration
create table public.tenant_quotas (
  tenant_id bigint primary key references public.tenants (id) on delete cascade,
  monthly_micros bigint not null check (monthly_micros >= 0),
  updated_at timestamptz not null default now()
);
alter table public.tenant_quotas enable row level security;
create policy tenant_quotas_own on public.tenant_quotas
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);

create function public.quota_left_micros(p_tenant_id bigint) returns bigint language sql stable as $$
  select quota.monthly_micros - coalesce(sum(run.cost_micros), 0)::bigint
  from public.tenant_quotas quota
  left join public.runs run on run.tenant_id = quota.tenant_id and run.created_at >= date_trunc('month', now())
  where quota.tenant_id = p_tenant_id
  group by quota.monthly_micros;
$$;

-- Down Migration
drop function public.quota_left_micros(bigint);
drop table public.tenant_quotas;
