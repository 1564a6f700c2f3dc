-- Up Migration
create function public.publish_run_end() returns trigger language plpgsql as $$
begin
  perform m10_recovery.publish_event(
    'run-' || new.id || '-end',
    'run.' || new.status,
    jsonb_build_object('run_id', new.id, 'tenant_id', new.tenant_id, 'cost_cents', new.cost_cents)
  );
  return null;
end
$$;

create trigger runs_publish_end after update of status on public.runs
  for each row
  when (old.finished_at is null and new.finished_at is not null)
  execute function public.publish_run_end();

-- Down Migration
drop trigger runs_publish_end on public.runs;
drop function public.publish_run_end();
