import { type BaseLimits, dropExcess } from "./base-limits.ts";
import { setTimeout as timer } from "node:timers/promises";
import { deadline } from "../../deadline.ts";
import { type Listener, silent } from "../../events.ts";
import { connect, type Session } from "../../postgres/connect.ts";
import { tryLock, unlock } from "../../postgres/lock.ts";
import { isUseDue } from "./adopt.ts";
import { keptMs } from "./acquire.ts";
import { type Entry, readDatabases, type Snapshot } from "./databases.ts";
import { dropStale } from "./drop.ts";
import { IDLE_REAPER, SERVER, tryStopLock } from "./locks.ts";
import { writeUse } from "./renew.ts";
import type { Server } from "./server.ts";

export interface IdleOptions {
  /** Milliseconds without a session after which the server is stopped. */
  readonly idleMs: number;
  readonly baseTtlMs: number;
  /** How many bases are kept; default no limit. */
  readonly baseLimits?: BaseLimits | undefined;
  /** Called after each look at the server. */
  readonly onLook?: () => Promise<void>;
  /** Stops the server. It is called while no session can start to use the server. Returns false when the server must continue. */
  readonly stop: (snapshot: Snapshot) => Promise<boolean>;
  readonly emit?: Listener | undefined;
}

/** Time limit for dropping stale databases once. */
const DROP_MS = 120_000;

/**
 * The work of an idle reaper, until the server ends: records which databases are in use, drops those that expired and are not in use, and stops the server when it was unused for
 * `idleMs`. Returns at once when the server has another idle reaper.
 */
export async function stopWhenIdle(server: Server, options: IdleOptions): Promise<void> {
  const session = await connect(server.url, { applicationName: "offshoot idle reaper" });
  try {
    if (await tryLock(session, IDLE_REAPER)) await reap(session, options);
  } catch (thrown) {
    // A lost session means that the server ended, as it does after the last `down`.
    if (!session.lost.aborted) throw thrown;
  } finally {
    await session.close();
  }
}

async function reap(session: Session, options: IdleOptions): Promise<void> {
  const { idleMs, baseTtlMs, baseLimits, emit = silent } = options;
  let limited = "";
  let seen = "";
  let counts: ReadonlyMap<string, string> | undefined;
  let usedAt = performance.now();
  while (!session.lost.aborted) {
    const sessions = await countSessions(session);
    if (sessions.open > 0 || sessions.total !== seen) usedAt = performance.now();
    seen = sessions.total;
    const snapshot = await readDatabases(session);
    const before = counts;
    counts = sessions.byDatabase;
    // The sessions before the first look at a database are those of the command that created it.
    await recordUse(session, snapshot, (name) => before?.has(name) === true && before.get(name) !== counts?.get(name));
    const within = deadline("dropping stale databases", DROP_MS);
    await dropStale(session, await readDatabases(session), { baseTtlMs, emit, within, idleMs: keptMs({ idleMs }) });
    // Their sizes are read only when there is another base, because that reads the folder of each one.
    const bases = basesOf(snapshot);
    if (baseLimits !== undefined && bases !== limited) await dropExcess(session, baseLimits, within, emit);
    limited = bases;
    await options.onLook?.();
    if (performance.now() - usedAt >= idleMs && (await stopIfUnused(session, seen, options))) return;
    await timer(Math.min(10_000, idleMs / 4), undefined, { signal: session.lost }).catch(() => undefined);
  }
}

function basesOf({ entries }: Snapshot): string {
  return entries.flatMap(({ name, isTemplate }) => (isTemplate ? [name] : [])).join(" ");
}

interface Sessions {
  /** Open sessions, without that of the idle reaper. */
  readonly open: number;
  /** All sessions since the server started, as a decimal number. It shows also those that were open only between two counts. */
  readonly total: string;
  /** The same for each database. */
  readonly byDatabase: ReadonlyMap<string, string>;
}

/** Writes down the last use of each database that has a session now, or had one since the last look. */
async function recordUse(session: Session, { entries, now }: Snapshot, hadSession: (name: string) => boolean): Promise<void> {
  const used = (entry: Entry): boolean => entry.tag?.kind === "run" && (entry.sessions > 0 || hadSession(entry.name));
  const isDue = (entry: Entry): boolean => entry.lastUsedAt === undefined || isUseDue(entry, now);
  for (const entry of entries) if (used(entry) && isDue(entry)) await writeUse(session, entry.name);
}

async function countSessions(session: Session): Promise<Sessions> {
  const [row] = await session.query<{ open: number; total: string; byDatabase: Record<string, string> }>(
    `select (select pg_catalog.count(*)::int from pg_catalog.pg_stat_activity where backend_type = 'client backend' and pid <> pg_catalog.pg_backend_pid()) as open,
       (select coalesce(pg_catalog.sum(sessions), 0)::pg_catalog.text from pg_catalog.pg_stat_database) as total,
       (select pg_catalog.json_object_agg(datname, sessions::pg_catalog.text) from pg_catalog.pg_stat_database where datname is not null) as "byDatabase"`,
  );
  if (row === undefined) throw new Error("The query of the sessions returned no row.");
  return { ...row, byDatabase: new Map(Object.entries(row.byDatabase)) };
}

/** Stops the server unless a session was opened since the last count. */
async function stopIfUnused(session: Session, seen: string, { stop }: IdleOptions): Promise<boolean> {
  if (!(await tryStopLock(session))) return false;
  const { open, total } = await countSessions(session);
  if (open === 0 && total === seen && (await stop(await readDatabases(session)))) return true;
  await unlock(session, SERVER);
  return false;
}
