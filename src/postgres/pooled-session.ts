import { codeOf, OffshootError } from "../errors.ts";
import type { Opened, Row, Session } from "./session.ts";
import { beginWithOwnSettings } from "./session-settings.ts";
import { despiteTimeLimits, limitsTooShort } from "./time-limits.ts";
import { describeUrl } from "./url.ts";

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
export function pinEachTransaction({ major, ...session }: Opened, url: string): Session {
  const opening = beginWithOwnSettings(major);
  let isOpen = false;
  // Callers can send several statements at once, as to a session of their own. Each waits for the transaction of the one before.
  let last: Promise<unknown> = Promise.resolve();
  // The limits of the database apply until ours are set, and apply again in a transaction that failed.
  const begin = (): Promise<never[]> =>
    despiteTimeLimits(() => session.query<never>(opening).catch(rollBack), session.lost).catch((thrown: unknown) => {
      throw limitsTooShort(url, thrown);
    });
  const rollback = (): Promise<Row[]> => despiteTimeLimits(() => session.query("rollback"), session.lost);
  async function rollBack(thrown: unknown): Promise<never> {
    if (!session.lost.aborted) await rollback().catch(() => session.close());
    throw thrown;
  }
  async function run<R extends Row>(sql: string, values: readonly unknown[]): Promise<R[]> {
    if (/^\s*begin\s*;?\s*$/i.test(sql)) {
      await begin();
      isOpen = true;
      return [];
    }
    if (/^\s*rollback\s*;?\s*$/i.test(sql)) {
      isOpen = false;
      return (await rollback()) as R[];
    }
    if (/^\s*commit\s*;?\s*$/i.test(sql)) isOpen = false;
    else if (!isOpen) return inTransaction(() => session.query<R>(sql, values));
    return session.query<R>(sql, values);
  }
  function query<R extends Row = Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    const done = last.then(() => run<R>(sql, values));
    last = done.catch(() => undefined);
    return done;
  }
  async function inTransaction<R>(work: () => Promise<R[]>): Promise<R[]> {
    await begin();
    try {
      const rows = await work();
      await session.query("commit");
      return rows;
    } catch (thrown) {
      return rollBack(thrown);
    }
  }
  return { ...session, query, reportedPid: undefined, isPooled: true };
}

/** The error for a pooler where sessions of the server itself are needed. */
export function urlPooled(url: string): OffshootError {
  return new OffshootError("URL_POOLED", `${describeUrl(url)} is reached through a transaction pooler.`, {
    meaning: "Session locks do not work there, so two jobs could run the migrations at the same time.",
    remedy: "Use the URL of the server itself. On Neon, remove `-pooler` from the host name.",
  });
}

/** The error for a pooler of any kind in front of a server on which databases are created. */
export function serverPooled(url: string): OffshootError {
  return new OffshootError("URL_POOLED", `${describeUrl(url)} is reached through a connection pooler.`, {
    meaning: "A pooler can give a session to several clients, and names and settings of sessions do not pass it.",
    remedy: "Use the host and the port of the Postgres server itself.",
  });
}
