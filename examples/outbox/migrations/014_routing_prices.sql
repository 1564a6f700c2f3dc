-- Up Migration
create table routing.prices (
  agent_id bigint not null,
  skill text not null,
  micros bigint not null constraint prices_micros_check check (micros >= 0),
  primary key (agent_id, skill),
  constraint prices_capability_fkey foreign key (agent_id, skill)
    references agents.capabilities (agent_id, skill) on update cascade on delete cascade
);

-- Down Migration
drop table routing.prices;
