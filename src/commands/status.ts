import { checkOptionNames } from "../context/option-names.ts";
import { setTimeout as pause } from "node:timers/promises";
import { providersOfRun, providerLimits } from "../context/providers.ts";
import { requireSettings } from "../context/usable-providers.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { withCleanErrors } from "../context/clean-errors.ts";
import { inContext } from "../context/in-context.ts";
import { stoppedServer } from "../context/target-database.ts";
import { describeError, OffshootError } from "../errors.ts";
import { connectionError, type Session, withSession } from "../postgres/connect.ts";
import { isDatabaseMissing, isTemporary } from "../postgres/sqlstate.ts";
import { findDatabase } from "../providers/choose.ts";
import type { Database } from "../providers/provider.ts";
import { type Marker, readMarkers } from "../readiness/marker.ts";
import { databaseIdentity } from "../readiness/snapshot.ts";
import { readWaiters, type Waiters } from "../readiness/waiting-list.ts";

export interface StatusOptions extends CommonOptions {}

export interface Status {
  readonly run: string;
  readonly name: string;
  /** Undefined when the run has no database. */
  readonly database: Pick<Database, "id" | "name" | "consoleUrl" | "provider" | "expiresAt" | "postgresMajor" | "tag"> | undefined;
  /** Why the database cannot be seen although it may exist: its local server does not run. The text contains what to do. */
  readonly stopped?: string | undefined;
  /** What has the name of the run's database without being it: nothing proves that offshoot created it. */
  readonly foreign?: string | undefined;
  /** The rows of the readiness table that this database wrote, newest leader first: which job migrates or migrated, and the outcome. */
  readonly markers: readonly Marker[];
  /** Whether it is a copy of a database that had been migrated, and no job has migrated the copy itself. Its own marker then repeats that of the other one. */
  readonly isMigratedCopy: boolean;
  /** Processes that wait for the migrations, and the number of callers in each. */
  readonly waiters: readonly Waiters[];
  /** The database's clock at the time of the query. Ages are relative to it. */
  readonly at: Date | undefined;
}

/** The state of this run's database and migrations. A run without a database is a valid status, not an error. */
export async function status(options: StatusOptions = {}): Promise<Status> {
  return inContext(options, readStatus);
}

/**
 * Yields the status every `everyMs` milliseconds (default 1000) until `signal` aborts, the migrations have ended, or the
 * database was deleted. Throws `TIMED_OUT` when no job has migrated for `timeouts.wait`, because then the run may never have
 * a database or migrations.
 */
export async function* watchStatus(options: StatusOptions & { readonly everyMs?: number } = {}): AsyncGenerator<Status> {
  checkOptionNames(options);
  const context = await prepare(options);
  const { waitMs } = context.settings.timeouts;
  let hadDatabase = false;
  let activeAt = performance.now();
  while (!context.signal.aborted) {
    const current = await withCleanErrors(context, () => readStatus(context));
    yield current;
    if (hasEnded(current) || (hadDatabase && current.database === undefined)) return;
    hadDatabase = current.database !== undefined;
    if (isMigrating(current)) activeAt = performance.now();
    if (performance.now() - activeAt > waitMs) throw nothingToWatch(context, current, waitMs);
    await pause(options.everyMs ?? 1000, undefined, { signal: context.signal }).catch(() => {});
  }
}

function nothingToWatch({ name }: Context, { database }: Status, waitMs: number): OffshootError {
  const missing = database === undefined ? `the database ${name} did not exist` : `no job migrated the database ${name}`;
  return new OffshootError("TIMED_OUT", `Timed out after ${Math.round(waitMs / 1000)} s: ${missing}.`, {
    remedy: "Check that the run is the right one (`--run`), or watch longer with `--set timeouts.wait=2h`.",
  });
}

function isMigrating({ markers: [newest] }: Status): boolean {
  return newest?.state === "migrating" || newest?.state === "finalizing";
}

function hasEnded({ markers: [newest] }: Status): boolean {
  return newest?.state === "ready" || newest?.state === "failed";
}

/** When the database is deleted meanwhile, the run has none. */
async function readStatus(context: Context): Promise<Status> {
  let foreign: string | undefined;
  const database = await find(context, (text) => void (foreign = text));
  const head = { run: context.run.key, name: context.name, foreign };
  const none: Status = { ...head, database: undefined, markers: [], isMigratedCopy: false, waiters: [], at: undefined };
  if (database === undefined) {
    await requireSettings(context);
    const stopped = await stoppedServer(context);
    return stopped === undefined || foreign !== undefined ? none : { ...none, stopped: describeError(stopped) };
  }
  try {
    return { ...head, database, ...(await withSession(database.directUrl, readRows, { signal: context.signal })) };
  } catch (thrown) {
    if (!isTemporary(thrown) && !isDatabaseMissing(thrown)) throw thrown;
    if ((await find(context)) === undefined) return none;
    throw connectionError(database.directUrl, thrown);
  }
}

async function find(context: Context, onForeign?: (text: string) => void): Promise<Database | undefined> {
  return findDatabase(await providersOfRun(context), context.name, { ...providerLimits(context), onForeign });
}

async function readRows(session: Session): Promise<Pick<Status, "markers" | "isMigratedCopy" | "waiters" | "at">> {
  const { database, now } = await databaseIdentity(session);
  // A copy also has the markers of the database from which it was made.
  const all = await readMarkers(session);
  const markers = all.filter((marker) => marker.database === database).toSorted((one, other) => other.epoch - one.epoch);
  const others = all.filter((marker) => marker.database !== database && (marker.state === "ready" || marker.state === "finalizing"));
  const isMigratedCopy = markers[0] === undefined ? others.length > 0 : others.some((other) => isAdopted(markers[0], other));
  return { markers, isMigratedCopy, waiters: stillWaiting(await readWaiters(session, database), markers[0]), at: now };
}

/** Whether a marker repeats that of the database from which this one was copied (`adoptReady`): a migration of the copy itself has a later epoch. */
function isAdopted(own: Marker | undefined, other: Marker): boolean {
  return own?.state === "ready" && own.fingerprint === other.fingerprint && own.epoch === other.epoch;
}

/** A process that has got the result of the newest migration stays in the list for some seconds. */
function stillWaiting(waiters: readonly Waiters[], newest: Marker | undefined): readonly Waiters[] {
  const ended = newest?.finishedAt;
  return ended === undefined ? waiters : waiters.filter(({ since }) => since.getTime() > ended.getTime());
}
