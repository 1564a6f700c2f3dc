import { isOffshootError, OffshootError } from "../errors.ts";
import { type DirectUrl, directUrl } from "../postgres/url.ts";
import { findDatabase } from "../providers/choose.ts";
import type { Database } from "../providers/provider.ts";
import { candidates, limitsOf } from "./candidates.ts";
import type { Context } from "./context.ts";
import { secretsOf } from "../providers/variables.ts";

/** A database to work on: the run's own, or one that was named by URL. */
export interface Located {
  readonly url: DirectUrl;
  /** Undefined when a URL was given: then nothing is known of who made it. */
  readonly database: Database | undefined;
}

/** The run's database. Throws `RUN_UNKNOWN` when no provider has one. */
export async function requireDatabase(context: Context): Promise<Database> {
  const database = await findDatabase(await candidates(context), context.name, limitsOf(context));
  if (database !== undefined) {
    await context.conceal(secretsOf(database));
    return database;
  }
  throw new OffshootError(
    "RUN_UNKNOWN",
    `There is no database for run ${context.run.key} of ${context.run.repository} (${context.name}).`,
    {
      meaning: "It was never created, has expired, or another run name is in force.",
      remedy: "Create it with `offshoot up`, or see what exists with `offshoot list`.",
    },
  );
}

/** Whether the run's database is still where a URL says. An outage of its provider says nothing about that. */
export async function isThere(context: Context, url: DirectUrl): Promise<boolean> {
  try {
    const found = await findDatabase(await candidates(context), context.name, limitsOf(context));
    return found !== undefined && new URL(found.directUrl).host === new URL(url).host;
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.code === "PROVIDER_OUTAGE") return true;
    throw thrown;
  }
}

/**
 * The database that a command works on. `given` is a Postgres URL, or the name of an environment variable that
 * holds one, so that no password need stand in a command line. Throws `URL_INVALID`, `RUN_UNKNOWN`.
 */
export async function locate(context: Context, given: string | undefined): Promise<Located> {
  if (given === undefined) {
    const database = await requireDatabase(context);
    return { url: database.directUrl, database };
  }
  const url = directUrl(readGiven(context, given), "the URL given by --url");
  await context.conceal(secretsOf({ url, directUrl: url }));
  return { url, database: undefined };
}

function readGiven(context: Context, given: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(given)) return given;
  const value = context.env[given];
  if (value !== undefined && value !== "") return value;
  throw new OffshootError("URL_INVALID", `The environment variable ${given}, named by --url, is not set.`, {
    remedy: "Give a Postgres URL, or the name of a variable that holds one.",
  });
}
