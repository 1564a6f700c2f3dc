-- Up Migration
insert into agents.registry (name, endpoint, tags) values
  ('Atlas', 'https://atlas.example/run', '{eu}'),
  ('Borealis', 'https://borealis.example/run', '{us,gpu}');
insert into agents.capabilities (agent_id, skill, max_concurrency)
  select id, skill, 4 from agents.registry cross join (values ('http_call'), ('llm_invoke')) as known (skill)
  where registry.name in ('Atlas', 'Borealis');
insert into routing.prices (agent_id, skill, micros)
  select id, 'llm_invoke', case name when 'Atlas' then 900 else 700 end
  from agents.registry where name in ('Atlas', 'Borealis');
insert into routing.rules (skill, agent_id)
  select 'llm_invoke', id from agents.registry where name in ('Atlas', 'Borealis');

-- Down Migration
-- This also deletes the capabilities, prices and rules of the agents.
delete from agents.registry where name in ('Atlas', 'Borealis');
