import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { requireRunDatabase, warnOfMajor } from "../context/target-database.ts";
import { type DatabaseVariables, otherServerIn, variablesOf } from "../providers/variables.ts";

export interface EnvOptions extends CommonOptions {}

/**
 * The URLs of this run's database, as environment variables. They contain the database's password: pass them to a
 * process, and never write them to a log. Throws `RUN_UNKNOWN` when the run has no database.
 */
export async function env(options: EnvOptions = {}): Promise<DatabaseVariables> {
  return inContext(options, envIn);
}

async function envIn(context: Context): Promise<DatabaseVariables> {
  const database = await requireRunDatabase(context);
  warnOfMajor(context, database);
  const names = otherServerIn(context.env);
  if (names.length > 0) {
    const text = `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} set here. psql and other programs that use libpq then connect to another server than ${database.name}. Unset ${names.length === 1 ? "it" : "them"} first.`;
    context.emit({ kind: "warning", text });
  }
  return variablesOf(database);
}
