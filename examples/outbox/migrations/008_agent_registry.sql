-- Up Migration
create type agents.health as enum ('healthy', 'degraded', 'offline');

create table agents.registry (
  id bigint generated always as identity primary key,
  name text not null constraint registry_name_key unique,
  endpoint text not null,
  health agents.health not null default 'healthy',
  registered_at timestamptz not null default now()
);

-- Down Migration
drop table agents.registry;
drop type agents.health;
