import { ownCommand } from "../shell-command.ts";
import { isOffshootError, OffshootError } from "../errors.ts";
import { type DirectUrl, directUrl, readPostgresUrl } from "../postgres/url.ts";
import { findDatabase } from "../providers/choose.ts";
import type { Database } from "../providers/provider.ts";
import { secretsOf } from "../providers/variables.ts";
import type { Context } from "./context.ts";
import { warnOfOtherOwner } from "./owner.ts";
import { providersOfRun, providerLimits } from "./providers.ts";
import { requireSettings } from "./usable-providers.ts";

/** The database that a command works on: the run's own, or one that was given by URL. */
export interface TargetDatabase {
  readonly url: DirectUrl;
  /** Undefined when a URL was given: offshoot knows nothing else about such a database. */
  readonly database: Database | undefined;
  /** The database is deleted when its migrations fail, so that no other command can try them again. Default false. */
  readonly deletedAfterFailure?: boolean | undefined;
}

/**
 * The database that a command works on. `url` is a Postgres URL, or the name of an environment variable that holds one;
 * default the run's own database. Throws `URL_INVALID` and `RUN_UNKNOWN`.
 */
export async function targetDatabase(context: Context, url: string | undefined): Promise<TargetDatabase> {
  if (url === undefined) {
    const database = await requireRunDatabase(context);
    warnOfMajor(context, database);
    return { url: database.directUrl, database };
  }
  const direct = directUrl(readPostgresUrl(url, "--url", context.env).url);
  await context.conceal(secretsOf({ url: direct, directUrl: direct }));
  return { url: direct, database: undefined };
}

/** The run's database. Throws `RUN_UNKNOWN` when no provider has one. */
export async function requireRunDatabase(context: Context): Promise<Database> {
  const database = await findDatabase(await providersOfRun(context), context.name, providerLimits(context));
  if (database !== undefined) {
    warnOfOtherOwner(context, database.tag);
    await context.conceal(secretsOf(database));
    return database;
  }
  throw await missingDatabase(context);
}

/** A command that works on an existing database cannot change its version, but it reports that this is another one. */
export function warnOfMajor({ emit, settings: { postgres } }: Context, { name, provider, postgresMajor }: Database): void {
  if (postgres === undefined || postgres === postgresMajor) return;
  const text = `The run's database ${name} has PostgreSQL ${postgresMajor} (${provider}), but the setting postgres is ${postgres}.`;
  emit({ kind: "warning", text });
}

/** The error for a run whose database was not found: it is on a server that does not run, or there is none. Throws `NO_PROVIDER`. */
export async function missingDatabase(context: Context): Promise<OffshootError> {
  await requireSettings(context);
  return (await stoppedServer(context)) ?? unknownRun(context);
}

/** The error for a run whose database is on a local server that does not run, or may be; undefined otherwise. */
export async function stoppedServer(context: Context): Promise<OffshootError | undefined> {
  for (const provider of await providersOfRun(context)) {
    const stopped = await provider.stopped?.(context.name, providerLimits(context));
    if (stopped === undefined) continue;
    const { run, name } = context;
    const own = run.source === "flag" ? ["--run", run.key] : [];
    const [up, down] = ["up", "down"].map((command) => ownCommand([command, ...own]));
    const isThere = stopped === "there";
    return new OffshootError("PROVIDER_OUTAGE", `The local Postgres server (${provider.name}) of the database ${name} does not run.`, {
      meaning: isThere
        ? "It was stopped after it was not used for some time. The database is kept."
        : "Something else than offshoot stopped it, such as a restart of the machine, so it is not known whether the database still exists.",
      remedy: `Start it again with \`${up}\`, ${isThere ? "" : "which creates the database if it does not exist, "}or delete the database with \`${down}\`.`,
      facts: { provider: provider.name, name, stopped },
    });
  }
  return undefined;
}

/** The error for a run without a database. */
export function unknownRun({ run, name: database }: Pick<Context, "run" | "name">): OffshootError {
  const name = run.source === "flag" ? ["--run", run.key] : [];
  return new OffshootError("RUN_UNKNOWN", `There is no database for the run ${run.key} of ${run.repository} (${database}).`, {
    meaning: "It was never created, has expired, or belongs to a run with another name.",
    remedy: `Create it with \`${ownCommand(["up", ...name])}\`, or list existing databases with \`npx offshoot list\`.`,
  });
}

/**
 * Whether the run's database still exists at the host of `url`. During an outage of its provider the answer is true,
 * since nothing shows that the database was deleted.
 */
export async function isRunDatabaseAt(context: Context, url: DirectUrl): Promise<boolean> {
  try {
    const found = await findDatabase(await providersOfRun(context), context.name, providerLimits(context));
    return found !== undefined && new URL(found.directUrl).host === new URL(url).host;
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.code === "PROVIDER_OUTAGE") return true;
    throw thrown;
  }
}
