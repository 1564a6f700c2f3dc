-- Up Migration
create function routing.simulate_cost(p_simulation_id uuid) returns bigint language sql stable as $$
  select coalesce(sum(step.repeats * price.micros), 0)::bigint
  from routing.simulation_steps step
  join routing.prices price on price.skill = step.skill and price.agent_id = routing.cheapest_agent(step.skill)
  where step.simulation_id = p_simulation_id;
$$;

-- Down Migration
drop function routing.simulate_cost(uuid);
