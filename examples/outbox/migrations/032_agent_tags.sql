-- Up Migration
create domain agents.tag as text check (value ~ '^[a-z0-9-]+$');
alter table agents.registry add column tags agents.tag[] not null default '{}';
create index registry_tags_idx on agents.registry using gin (tags);
create view agents.available as
select agent.id, agent.name, agent.tags, coalesce(beat.load, 0) as load
from agents.registry agent
left join agents.heartbeats beat on beat.agent_id = agent.id
where agent.health <> 'offline';

-- Down Migration
drop view agents.available;
drop index agents.registry_tags_idx;
alter table agents.registry drop column tags;
drop domain agents.tag;
