import { type CommonOptions, prepare } from "../context/context.ts";
import { requireRunDatabase } from "../context/target-database.ts";
import { type DatabaseVariables, variablesOf } from "../providers/variables.ts";

export interface EnvOptions extends CommonOptions {}

/**
 * The URLs of this run's database, as environment variables. They contain the database's password: pass them to a
 * process, and never write them to a log. Throws `RUN_UNKNOWN` when the run has no database.
 */
export async function env(options: EnvOptions = {}): Promise<DatabaseVariables> {
  return variablesOf(await requireRunDatabase(await prepare(options)));
}
