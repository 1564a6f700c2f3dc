import { type CommonOptions, prepare } from "../context/context.ts";
import { requireDatabase } from "../context/locate.ts";
import { type DatabaseVariables, variablesOf } from "../providers/variables.ts";

export interface EnvOptions extends CommonOptions {}

/**
 * This run's URLs, as variables. They hold the database's password: hand them to a process, not to a log.
 * Throws `RUN_UNKNOWN` when the run has no database.
 */
export async function env(options: EnvOptions = {}): Promise<DatabaseVariables> {
  return variablesOf(await requireDatabase(await prepare(options)));
}
