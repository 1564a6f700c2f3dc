import type { Context } from "../context/context.ts";
import { isRunDatabaseAt, missingDatabase } from "../context/target-database.ts";
import { type Deadline, deadline, jitter } from "../deadline.ts";
import { withSession } from "../postgres/connect.ts";
import { LOCK_CLASS } from "../postgres/lock.ts";
import { isDatabaseMissing, isTemporary } from "../postgres/sqlstate.ts";
import type { Database } from "../providers/provider.ts";
import { takeUsageLock, USAGE_KEY } from "./usage-lock.ts";

/** The name of the sessions of `reset` and `restore`, by which two of them know each other. */
export const REPLACER = "offshoot:replacing";

/** Milliseconds that `reset` and `restore` wait for another one of the same database. */
const OTHER_MS = 60_000;

/** Milliseconds between two attempts. The other command takes a lock in the new contents meanwhile, and migrates under it. */
const AGAIN_MS = 1000;

/** The result of an attempt while another command replaces the contents of the database or deletes it. */
export const BUSY = Symbol("busy");

/**
 * Repeats `attempt` while another command replaces the contents of the database. Throws `busy()` at the end of the time, and
 * `RUN_UNKNOWN` when the database was deleted meanwhile.
 */
export async function afterOthers<T>(
  context: Context,
  { directUrl }: Pick<Database, "directUrl">,
  attempt: (within: Deadline) => Promise<T | typeof BUSY>,
  busy: () => Error,
): Promise<T> {
  const within = deadline("another command that replaces the contents of the database", OTHER_MS, context.signal);
  for (;;) {
    const result = await attempt(within);
    if (result !== BUSY) return result;
    if (!(await isRunDatabaseAt(context, directUrl))) throw await missingDatabase(context);
    if (within.leftMs() <= AGAIN_MS * 2) throw busy();
    context.emit({ kind: "status", text: "waiting for another `offshoot reset` or `restore` of this database" });
    await within.pause(jitter(AGAIN_MS));
  }
}

/** Runs `work` on the new contents under a usage lock, so that another `reset` or `restore` waits until it has ended. */
export async function keepingOthers<T>(context: Context, database: Pick<Database, "directUrl">, work: () => Promise<T>): Promise<T> {
  const { directUrl } = database;
  const take = async (): ReturnType<typeof takeUsageLock> => {
    try {
      return await takeUsageLock(directUrl, context.signal, {
        applicationName: REPLACER,
        isListed: () => isRunDatabaseAt(context, directUrl),
      });
    } catch (thrown) {
      if (wasEnded(thrown)) return undefined;
      throw thrown;
    }
  };
  // Another command can have replaced the contents again before this lock: then this one is in those contents.
  const lock = (await take()) ?? (await take());
  try {
    return await work();
  } finally {
    await lock?.close();
  }
}

/** Whether a process that is not a `reset` or `restore` holds a usage lock on the database now. */
export function isUsedByOthers(url: Database["directUrl"], signal: AbortSignal): Promise<boolean> {
  return withSession(
    url,
    async (session) => {
      const rows = await session.query(
        `select 1 from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
         where l.locktype = 'advisory' and l.classid = $1::pg_catalog.int4::pg_catalog.oid and l.objsubid = 2 and l.granted
           and l.objid = pg_catalog.hashtext($2)::pg_catalog.oid
           and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
           and a.application_name is distinct from $3
         limit 1`,
        [LOCK_CLASS, USAGE_KEY, REPLACER],
      );
      return rows.length > 0;
    },
    { signal },
  );
}

/**
 * Whether a session can have been ended, or refused, because another command replaces or deletes its database. A restart of the
 * server looks the same.
 */
export function wasEnded(thrown: unknown): boolean {
  return isTemporary(thrown) || isDatabaseMissing(thrown);
}
