import assert from "node:assert/strict";
import { rolledBack } from "./database.js";

const cheapest = "select name from agents.registry where id = routing.cheapest_agent('llm_invoke')";

rolledBack("the cheapest healthy agent gets the work", async (query) => {
  assert.deepEqual(await query(cheapest), [{ name: "Borealis" }]);
  await query("update agents.registry set health = 'degraded' where name = 'Borealis'");
  assert.deepEqual(await query(cheapest), [{ name: "Atlas" }]);
});

rolledBack("the cost of a simulation is the cost of its runs", async (query) => {
  const [tenant] = await query("insert into public.tenants (slug, name) values ('acme', 'Acme') returning id");
  const [simulation] = await query("insert into routing.simulations (tenant_id, budget_micros) values ($1, 5000) returning id", [
    tenant.id,
  ]);
  await query("insert into routing.simulation_steps (simulation_id, step, skill, repeats) values ($1, 1, 'llm_invoke', 3)", [
    simulation.id,
  ]);
  assert.deepEqual(await query("select routing.simulate_cost($1) as micros", [simulation.id]), [{ micros: "2100" }]);
});
