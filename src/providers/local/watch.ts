import { setTimeout as timer } from "node:timers/promises";
import { deadline } from "../../deadline.ts";
import { type Listener, silent } from "../../events.ts";
import { connect, type Session } from "../../postgres/connect.ts";
import { tryLock, unlock } from "../../postgres/lock.ts";
import { readDatabases, type Snapshot } from "./databases.ts";
import type { Server } from "./host.ts";
import { KEEPER, LIFE, tryStopLock } from "./locks.ts";
import { tidy } from "./tidy.ts";

export interface WatchOptions {
  /** Milliseconds without a session after which the server is stopped. */
  readonly idleMs: number;
  readonly baseTtlMs: number;
  /** Stops the server, which nobody uses and nobody can begin to use meanwhile. False: it may go on. */
  readonly stop: (snapshot: Snapshot) => Promise<boolean>;
  readonly emit?: Listener | undefined;
}

/** How long one round of removals may take. */
const ROUND_MS = 120_000;

/**
 * Watches over a server until it is gone: removes what expires there, and stops it when nobody has used it for a
 * while. Returns at once where another keeper does so already.
 */
export async function watchOver(server: Server, options: WatchOptions): Promise<void> {
  const session = await connect(server.url, { applicationName: "offshoot keeper" });
  try {
    if (await tryLock(session, KEEPER)) await watch(session, options);
  } catch (thrown) {
    // The server went away, as it does after the last `down`.
    if (!session.lost.aborted) throw thrown;
  } finally {
    await session.close();
  }
}

async function watch(session: Session, options: WatchOptions): Promise<void> {
  const { idleMs, baseTtlMs, emit = silent } = options;
  let seen = "";
  let usedAt = performance.now();
  while (!session.lost.aborted) {
    const use = await readUse(session);
    if (use.open > 0 || use.total !== seen) usedAt = performance.now();
    seen = use.total;
    await tidy(session, await readDatabases(session), { baseTtlMs, emit, within: deadline("removing stale databases", ROUND_MS) });
    if (performance.now() - usedAt >= idleMs && (await stopIfUnused(session, seen, options))) return;
    await timer(Math.min(10_000, idleMs / 4), undefined, { signal: session.lost }).catch(() => undefined);
  }
}

interface Use {
  /** Sessions that are open now, besides the keeper's. */
  readonly open: number;
  /** Sessions that ever were, as a number in decimal: it moves also for those that came and went between two looks. */
  readonly total: string;
}

async function readUse(session: Session): Promise<Use> {
  const [use] = await session.query<Use & Record<string, unknown>>(
    `select (select count(*)::int from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()) as open,
       (select coalesce(sum(sessions), 0)::text from pg_stat_database) as total`,
  );
  if (use === undefined) throw new Error("The server answered without a row.");
  return use;
}

/** Stops the server unless somebody came in the last moment. */
async function stopIfUnused(session: Session, seen: string, { stop }: WatchOptions): Promise<boolean> {
  if (!(await tryStopLock(session))) return false;
  const { open, total } = await readUse(session);
  if (open === 0 && total === seen && (await stop(await readDatabases(session)))) return true;
  await unlock(session, LIFE);
  return false;
}
