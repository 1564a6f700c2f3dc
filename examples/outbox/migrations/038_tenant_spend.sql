-- Up Migration
create materialized view public.tenant_spend as
select tenant.id as tenant_id, count(run.id) as runs, coalesce(sum(run.cost_micros), 0) as cost_micros
from public.tenants tenant
left join public.runs run on run.tenant_id = tenant.id
group by tenant.id;
create unique index tenant_spend_tenant_key on public.tenant_spend (tenant_id);

-- Down Migration
drop materialized view public.tenant_spend;
