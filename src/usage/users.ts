import { LOCK_CLASS } from "../postgres/lock.ts";
import type { Session } from "../postgres/connect.ts";
import { LEADER_KEY } from "../readiness/lock.ts";
import { USAGE_KEY } from "./usage-lock.ts";

/** A process of offshoot that holds a lock in a database. */
export interface DatabaseUser {
  readonly does: "uses" | "migrates";
  readonly database: string;
  /** The server process of its session. */
  readonly pid: number;
  readonly since: Date | undefined;
  /** Where it connects from. Undefined on this machine, and where the role must not see it. */
  readonly address: string | undefined;
  /** Milliseconds since its last statement. Undefined where the role must not see that. */
  readonly silentMs: number | undefined;
}

/**
 * A process that holds a lock sends a statement every 20 seconds at least. A session that was silent for longer belongs to a machine
 * that was switched off, whose end the server has not noticed yet, or to a process that is stopped.
 */
export const SILENT_MS = 45_000;

interface UserRow extends Record<string, unknown> {
  readonly usage: boolean;
  readonly database: string;
  readonly pid: number;
  readonly since: Date | null;
  readonly address: string | null;
  readonly silentMs: number | null;
}

/**
 * The processes of offshoot that use or migrate databases of a server, oldest first, except the session itself and those that are
 * silent. `databases`: their names, in any database of the server; undefined: all of them.
 */
export async function readUsers(session: Session, databases: readonly string[] | undefined): Promise<readonly DatabaseUser[]> {
  const rows = await session.query<UserRow>(
    `select l.objid = pg_catalog.hashtext($2)::pg_catalog.oid as usage, d.datname as database, l.pid,
       a.backend_start as since, pg_catalog.host(a.client_addr) as address,
       (extract(epoch from pg_catalog.clock_timestamp() - greatest(a.backend_start, a.query_start, a.state_change)) * 1000)::pg_catalog.float8
         as "silentMs"
     from pg_catalog.pg_locks l join pg_catalog.pg_database d on d.oid = l.database
       left join pg_catalog.pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.classid = $1::pg_catalog.int4::pg_catalog.oid and l.objsubid = 2 and l.granted
       and l.objid in (pg_catalog.hashtext($2)::pg_catalog.oid, pg_catalog.hashtext($3)::pg_catalog.oid)
       and ($4::pg_catalog.text[] is null or d.datname = any ($4::pg_catalog.text[]))
       and l.pid <> pg_catalog.pg_backend_pid()
     order by a.backend_start, l.pid`,
    [LOCK_CLASS, USAGE_KEY, LEADER_KEY, databases ?? null],
  );
  return rows
    .map(({ usage, database, pid, since, address, silentMs }) => ({
      does: usage ? ("uses" as const) : ("migrates" as const),
      database,
      pid,
      since: since ?? undefined,
      address: address === null || LOOPBACK.has(address) ? undefined : address,
      silentMs: silentMs ?? undefined,
    }))
    .filter(({ silentMs = 0 }) => silentMs < SILENT_MS);
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1"]);

/** Users that a message names. */
const NAMED = 5;

/** The users for a message, such as "a process uses it since 10:02:11 UTC (server process 71, from 10.1.2.3)". */
export function describeUsers(users: readonly DatabaseUser[]): string {
  const texts = users.slice(0, NAMED).map(({ does, pid, since, address }) => {
    const from = address === undefined ? "" : `, from ${address}`;
    const at = since === undefined ? "" : ` since ${since.toISOString().slice(11, 19)} UTC`;
    return `a process ${does} it${at} (server process ${pid}${from})`;
  });
  const more = users.length - texts.length;
  return [...texts, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
