-- Up Migration
create function routing.cheapest_agent(p_skill text) returns bigint language sql stable as $$
  select price.agent_id
  from routing.prices price
  join agents.registry agent on agent.id = price.agent_id and agent.health = 'healthy'
  join routing.rules rule on rule.agent_id = price.agent_id and rule.skill = price.skill
  where price.skill = p_skill and rule.enabled and rule.tenant_id is null
  order by price.micros, price.agent_id
  limit 1;
$$;

-- Down Migration
drop function routing.cheapest_agent(text);
