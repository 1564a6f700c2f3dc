import type { Clone, Database } from "../providers/provider.ts";
import { variablesOf } from "../providers/variables.ts";
import type { CloneVariables } from "./protocol.ts";

/** The variables of a clone. The id is that of the run's database, with the name of the clone. */
export function cloneVariables({ provider, id }: Database, { name, url, directUrl }: Clone): CloneVariables {
  return { ...variablesOf({ provider, id: `${id}~${name}`, url, directUrl }) };
}
