import { setTimeout as pause } from "node:timers/promises";
import { configuredProviders, providerLimits } from "../context/providers.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { withSession } from "../postgres/connect.ts";
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
  readonly database: Pick<Database, "id" | "provider" | "expiresAt" | "postgresMajor"> | undefined;
  /** The rows of the readiness table, newest leader first: which job migrates or migrated, and the outcome. */
  readonly markers: readonly Marker[];
  /** Processes that wait for the migrations, and the number of callers in each. */
  readonly waiters: readonly Waiters[];
  /** The database's clock at the time of the query. Ages are relative to it. */
  readonly at: Date | undefined;
}

/** The state of this run's database and migrations. A run without a database is a valid status, not an error. */
export async function status(options: StatusOptions = {}): Promise<Status> {
  return readStatus(await prepare(options));
}

/** Yields the status every `everyMs` milliseconds (default 1000) until `signal` aborts or the migrations have ended. */
export async function* watchStatus(options: StatusOptions & { readonly everyMs?: number } = {}): AsyncGenerator<Status> {
  const context = await prepare(options);
  while (!context.signal.aborted) {
    const current = await readStatus(context);
    yield current;
    if (hasEnded(current)) return;
    await pause(options.everyMs ?? 1000, undefined, { signal: context.signal }).catch(() => {});
  }
}

function hasEnded({ markers: [newest] }: Status): boolean {
  return newest?.state === "ready" || newest?.state === "failed";
}

async function readStatus(context: Context): Promise<Status> {
  const database = await findDatabase(await configuredProviders(context), context.name, providerLimits(context));
  const head = { run: context.run.key, name: context.name, database };
  if (database === undefined) return { ...head, markers: [], waiters: [], at: undefined };
  return withSession(
    database.directUrl,
    async (session) => {
      const { database: identity, now: at } = await databaseIdentity(session);
      const markers = (await readMarkers(session)).toSorted((one, other) => other.epoch - one.epoch);
      return { ...head, markers, waiters: await readWaiters(session, identity), at };
    },
    { signal: context.signal },
  );
}
