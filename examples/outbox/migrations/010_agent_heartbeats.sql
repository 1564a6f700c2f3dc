-- Up Migration
create table agents.heartbeats (
  agent_id bigint primary key references agents.registry (id) on delete cascade,
  seen_at timestamptz not null default now(),
  load numeric(4, 3) not null default 0,
  constraint heartbeats_load_check check (load between 0 and 1)
);

create function agents.record_heartbeat(p_agent_id bigint, p_load numeric) returns void language sql as $$
  insert into agents.heartbeats (agent_id, load) values (p_agent_id, p_load)
  on conflict (agent_id) do update set seen_at = now(), load = excluded.load;
$$;

-- Down Migration
drop function agents.record_heartbeat(bigint, numeric);
drop table agents.heartbeats;
