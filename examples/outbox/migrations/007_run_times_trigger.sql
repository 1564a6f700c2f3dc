-- Up Migration
create function public.set_run_times() returns trigger language plpgsql as $$
begin
  if new.status = 'running' and new.started_at is null then
    new.started_at := now();
  elsif new.status in ('succeeded', 'failed') and new.finished_at is null then
    new.finished_at := now();
  end if;
  return new;
end
$$;

create trigger runs_times before update of status on public.runs
  for each row execute function public.set_run_times();

-- Down Migration
drop trigger runs_times on public.runs;
drop function public.set_run_times();
