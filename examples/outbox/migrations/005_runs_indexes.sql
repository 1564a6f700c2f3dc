-- Up Migration
create index runs_tenant_created_idx on public.runs (tenant_id, created_at desc);
create index runs_skill_idx on public.runs (skill);
create index runs_active_idx on public.runs (created_at) where status in ('queued', 'running');

-- Down Migration
drop index public.runs_active_idx;
drop index public.runs_skill_idx;
drop index public.runs_tenant_created_idx;
