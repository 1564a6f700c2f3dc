-- Up Migration
create table agents.capabilities (
  agent_id bigint not null references agents.registry (id) on delete cascade,
  skill text not null references public.skills (name) on update cascade,
  max_concurrency smallint not null default 1 check (max_concurrency between 1 and 64),
  primary key (agent_id, skill)
);
create index capabilities_skill_idx on agents.capabilities (skill);

-- Down Migration
drop table agents.capabilities;
