import { codeOf } from "../errors.ts";
import type { Opened, Row, Session } from "./session.ts";
import { beginWithOwnSettings } from "./session-settings.ts";

/**
 * Whether the server refused startup options. Postgres never does. A pooler does, because its clients share sessions:
 * PgBouncer sends this message with the code of a protocol violation (pgbouncer source, `set_startup_options`).
 */
export function refusesOptions(thrown: unknown): boolean {
  return codeOf(thrown) === "08P01" && thrown instanceof Error && /startup parameter/i.test(thrown.message);
}

/**
 * A session through a pooler, which gives each transaction another session of the server. Each statement therefore gets a
 * transaction with our settings. A `set` would stay in the server's session, and reach the next client of the pooler.
 */
export function pinEachTransaction({ major, ...session }: Opened): Session {
  const begin = beginWithOwnSettings(major);
  let isOpen = false;
  async function query<R extends Row = Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    if (/^\s*begin\s*;?\s*$/i.test(sql)) {
      isOpen = true;
      return session.query<R>(begin);
    }
    if (/^\s*(?:commit|rollback)\s*;?\s*$/i.test(sql)) isOpen = false;
    else if (!isOpen) return inTransaction(() => session.query<R>(sql, values));
    return session.query<R>(sql, values);
  }
  async function inTransaction<R>(work: () => Promise<R[]>): Promise<R[]> {
    await session.query(begin);
    try {
      const rows = await work();
      await session.query("commit");
      return rows;
    } catch (thrown) {
      if (!session.lost.aborted) await session.query("rollback").catch(() => session.close());
      throw thrown;
    }
  }
  return { ...session, query, reportedPid: undefined };
}
