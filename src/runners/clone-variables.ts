import type { Clone, Database } from "../providers/provider.ts";
import { variablesOf } from "../providers/variables.ts";
import type { CloneVariables } from "./protocol.ts";

/**
 * The variables of a clone. The id is that of the run's database, with the name of the clone. `DATABASE_URL` is the direct URL, also on
 * Neon: a pooler keeps sessions open after the test has closed its own, and a clone with open sessions cannot be replaced by a fresh one.
 */
export function cloneVariables({ provider, id }: Database, { name, directUrl }: Clone): CloneVariables {
  return { ...variablesOf({ provider, id: `${id}~${name}`, url: directUrl, directUrl }) };
}
