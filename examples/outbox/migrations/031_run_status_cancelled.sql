-- Up Migration
-- This creates a new type, because a transaction cannot use a label that it adds, and a label cannot be removed.
drop trigger runs_times on public.runs;
drop index public.runs_active_idx;
alter type public.run_status rename to run_status_before_cancelled;
create type public.run_status as enum ('queued', 'running', 'succeeded', 'failed', 'cancelled');
alter table public.runs
  alter column status drop default,
  alter column status type public.run_status using status::text::public.run_status,
  alter column status set default 'queued';
drop type public.run_status_before_cancelled;
create index runs_active_idx on public.runs (created_at) where status in ('queued', 'running');
create trigger runs_times before update of status on public.runs
  for each row execute function public.set_run_times();

create or replace function public.set_run_times() returns trigger language plpgsql as $$
begin
  if new.status = 'running' and new.started_at is null then
    new.started_at := now();
  elsif new.status in ('succeeded', 'failed', 'cancelled') and new.finished_at is null then
    new.finished_at := now();
  end if;
  return new;
end
$$;

-- Down Migration
drop trigger runs_times on public.runs;
drop index public.runs_active_idx;
alter type public.run_status rename to run_status_with_cancelled;
create type public.run_status as enum ('queued', 'running', 'succeeded', 'failed');
alter table public.runs
  alter column status drop default,
  alter column status type public.run_status
    using (case status::text when 'cancelled' then 'failed' else status::text end)::public.run_status,
  alter column status set default 'queued';
drop type public.run_status_with_cancelled;
create index runs_active_idx on public.runs (created_at) where status in ('queued', 'running');
create trigger runs_times before update of status on public.runs
  for each row execute function public.set_run_times();

create or replace function public.set_run_times() returns trigger language plpgsql as $$
begin
  if new.status = 'running' and new.started_at is null then
    new.started_at := now();
  elsif new.status in ('succeeded', 'failed') and new.finished_at is null then
    new.finished_at := now();
  end if;
  return new;
end
$$;
