-- Up Migration
create table agents.leases (
  resource text primary key,
  agent_id bigint not null references agents.registry (id) on delete cascade,
  fence bigint not null default 1,
  expires_at timestamptz not null
);
create index leases_agent_idx on agents.leases (agent_id);

-- The fence increases whenever another agent takes the lease, so that an agent that lost its lease can be refused.
create function agents.take_lease(p_resource text, p_agent_id bigint, p_seconds integer) returns bigint language sql as $$
  insert into agents.leases as held (resource, agent_id, expires_at)
  values (p_resource, p_agent_id, now() + make_interval(secs => p_seconds))
  on conflict (resource) do update
    set agent_id = excluded.agent_id, expires_at = excluded.expires_at, fence = held.fence + 1
    where held.expires_at < now() or held.agent_id = excluded.agent_id
  returning fence;
$$;

create function agents.release_lease(p_resource text, p_agent_id bigint) returns boolean language sql as $$
  with released as (
    delete from agents.leases where resource = p_resource and agent_id = p_agent_id returning 1
  )
  select exists (select from released);
$$;

-- Down Migration
drop function agents.release_lease(text, bigint);
drop function agents.take_lease(text, bigint, integer);
drop table agents.leases;
