import { providersOfRun, providerLimits } from "../context/providers.ts";
import type { Context } from "../context/context.ts";
import { deadline } from "../deadline.ts";
import { isOffshootError } from "../errors.ts";
import { connectionError } from "../postgres/connect.ts";
import { findDatabase } from "../providers/choose.ts";
import { sqlstateOf } from "../postgres/server-failure.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Holding } from "../providers/hold.ts";
import type { Database } from "../providers/provider.ts";
import { ownCommand } from "../shell-command.ts";
import { holdForDeletion, isUsed } from "./deletion.ts";
import { takeUsageLock, type UsageLock } from "./usage-lock.ts";

/** A database in use by a job, with the job's usage lock. */
export interface HeldDatabase {
  readonly database: Database;
  readonly usageLock: UsageLock;
}

/**
 * Why a run kept its database: an option said so (`kept`, `kept-on-failure`), other jobs use it and the last of them
 * deletes it (`shared`), or `offshoot up` created or adopted it, so that only `offshoot down` deletes it (`until-down`).
 */
export type KeptReason = "kept" | "kept-on-failure" | "shared" | "until-down";

export interface TeardownOptions {
  /** The database with the usage lock. Undefined when the run failed before it had both: the database is looked up by name. */
  readonly held: HeldDatabase | undefined;
  /** Why the database is kept in any case; default it is deleted after its last use. */
  readonly keep?: "kept" | "kept-on-failure" | undefined;
  /** Deletes the database, with `hold` only while nobody uses it; false when it was kept. */
  readonly remove: (context: Context, hold?: Holding) => Promise<boolean>;
  /** Called without `held`, before the database that was looked up is locked; default nothing is done. */
  readonly beforeLock?: ((database: Database, signal: AbortSignal) => Promise<void>) | undefined;
}

/** Milliseconds that teardown may take after the run was cancelled. */
const TEARDOWN_MS = 60_000;

/** A database that disappeared during teardown is looked up again this often, and for this long. */
const RETRY_MS = 500;
const RETRY_FOR_MS = 15_000;

/** A job that waits for the migrations renews its record every two seconds, and its record expires after eight. */
const WAITING_JOBS_MS = 9000;

/**
 * Ends a run's use of its database, and deletes the database when this was the last use. Also works after the run's
 * signal has aborted. Returns why the database was kept; undefined when it does not exist any more.
 */
export async function tearDown(context: Context, options: TeardownOptions): Promise<KeptReason | undefined> {
  const within = deadline("removing the run's database", TEARDOWN_MS);
  const own: Context = { ...context, signal: within.signal };
  // From the first failure on: a process that was frozen finds out late that its query had no answer in time.
  let untilMs: number | undefined;
  for (let { held } = options; ; held = undefined) {
    try {
      // A cancelled job has no time to wait for other jobs.
      const waitMs = held === undefined || options.keep !== undefined || context.signal.aborted ? 0 : WAITING_JOBS_MS;
      return await endUse(own, { ...options, held, wasHeld: options.held !== undefined }, waitMs);
    } catch (thrown) {
      // When two jobs end at the same time, one may delete the database during the other's session.
      if (isOffshootError(thrown)) throw thrown;
      untilMs ??= performance.now() + RETRY_FOR_MS;
      if (performance.now() >= untilMs)
        throw options.held === undefined ? thrown : connectionError(options.held.database.directUrl, thrown);
      await within.pause(RETRY_MS);
    }
  }
}

async function endUse(
  context: Context,
  { held, keep, remove, beforeLock, wasHeld }: TeardownOptions & { readonly wasHeld: boolean },
  waitMs: number,
): Promise<KeptReason | undefined> {
  try {
    return await endHeld(context, { held, keep, remove, beforeLock, wasHeld }, waitMs);
  } catch (thrown) {
    if (held !== undefined || !refusesSessions(thrown)) throw thrown;
    return keep ?? endClosed(context, remove);
  }
}

/** The codes of errors of a server that refuses a session: of the connection, or of the provider that looked for the database. */
const REFUSALS = new Set<string>(["CONNECTION_FAILED", "PROVIDER_OUTAGE"]);

/** A migration can forbid new sessions: with `allow_connections false`, or with a limit of connections. */
export function refusesSessions(thrown: unknown): boolean {
  // The error of a migration has the code of its own statement.
  if (isOffshootError(thrown) && !REFUSALS.has(thrown.code)) return false;
  const code = sqlstateOf(thrown);
  return code === SQLSTATE.notInPrerequisiteState || code === SQLSTATE.tooManyConnections;
}

/** No usage lock can be taken. Those who took theirs before still have it. */
async function endClosed(context: Context, remove: TeardownOptions["remove"]): Promise<KeptReason | undefined> {
  const forced = ownCommand(["down", "--run", context.run.key, "--force"]);
  try {
    const hold = holdForDeletion({ name: context.name, forced, signal: context.signal });
    return (await remove(context, hold)) ? undefined : "until-down";
  } catch (thrown) {
    if (isUsed(thrown)) return "shared";
    throw thrown;
  }
}

async function endHeld(
  context: Context,
  { held, keep, remove, beforeLock, wasHeld }: TeardownOptions & { readonly wasHeld: boolean },
  waitMs: number,
): Promise<KeptReason | undefined> {
  const database = held?.database ?? (await findDatabase(await providersOfRun(context), context.name, providerLimits(context)));
  if (database === undefined) {
    // The server may have ended while the run used it. The provider reports what remains of it, and removes that.
    if (wasHeld) await remove(context);
    return undefined;
  }
  if (held === undefined) await beforeLock?.(database, context.signal);
  const usageLock = held?.usageLock ?? (await takeUsageLock(database.directUrl, context.signal));
  try {
    const wasLast = (await usageLock?.release(waitMs)) ?? false;
    if (keep !== undefined) return keep;
    if (database.tag.lifetime !== "last-run") return "until-down";
    if (usageLock === undefined || !wasLast) return "shared";
    // `offshoot up` takes no usage lock: it may have claimed the database meanwhile.
    const isDeleted = await usageLock.removeWith(() => remove(context));
    return isDeleted ? undefined : "until-down";
  } finally {
    await usageLock?.close();
  }
}
