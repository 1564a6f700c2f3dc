import { setTimeout as pause } from "node:timers/promises";
import { databaseIdentity, type Marker, readMarkers } from "../readiness/marker.ts";
import { readWaiters, type Waiters } from "../readiness/waiters.ts";
import { withSession } from "../postgres/connect.ts";
import { findDatabase } from "../providers/choose.ts";
import type { Database } from "../providers/provider.ts";
import { candidates, limitsOf } from "../context/candidates.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";

export interface StatusOptions extends CommonOptions {}

export interface Status {
  readonly run: string;
  readonly name: string;
  /** Undefined when the run has no database. */
  readonly database: Pick<Database, "id" | "provider" | "expiresAt" | "postgresMajor"> | undefined;
  /** The gate's rows, newest leader first: who migrates or migrated what, and how it ended. */
  readonly markers: readonly Marker[];
  /** Processes that wait for the migrations, and for how many callers each. */
  readonly waiters: readonly Waiters[];
  /** The database's clock when it was asked; ages are counted from it. */
  readonly at: Date | undefined;
}

/** What this run has and what it waits for. A run without a database is a status, not an error. */
export async function status(options: StatusOptions = {}): Promise<Status> {
  return statusIn(await prepare(options));
}

/** The same again and again, until `signal` aborts or the migrations have come to an end. */
export async function* watchStatus(options: StatusOptions & { readonly everyMs?: number } = {}): AsyncGenerator<Status> {
  const context = await prepare(options);
  while (!context.signal.aborted) {
    const now = await statusIn(context);
    yield now;
    if (isSettled(now)) return;
    await pause(options.everyMs ?? 1000, undefined, { signal: context.signal }).catch(() => {});
  }
}

/** Whether nothing is under way any more: the newest marker is ready or failed. */
function isSettled({ markers: [newest] }: Status): boolean {
  return newest?.state === "ready" || newest?.state === "failed";
}

async function statusIn(context: Context): Promise<Status> {
  const database = await findDatabase(await candidates(context), context.name, limitsOf(context));
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
