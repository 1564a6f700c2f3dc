import { as, finding, type Check } from "./rule.ts";

/**
 * Functions whose body no longer fits the schema. What `plpgsql_check` says is a warning: it can't know the
 * temporary tables that a function makes for itself.
 */
export const bodies: Check = ({ state }) =>
  state.bodies.map(({ id, why, by }) => {
    const told = finding("function-broken", { kind: "function", name: id }, { why, by });
    return by === "plpgsql_check" ? as("warning", told) : told;
  });
