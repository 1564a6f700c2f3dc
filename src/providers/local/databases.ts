import type { Session } from "../../postgres/connect.ts";
import { LOCK_CLASS } from "../../postgres/lock.ts";
import { type Comment, formatComment, parseComment } from "./comment.ts";
import type { Sleeper } from "./host.ts";
import { KEEPER } from "./locks.ts";

/** One database under our prefix. */
export interface Entry extends Comment {
  readonly name: string;
  readonly isTemplate: boolean;
}

/** What one look at a server shows. */
export interface Snapshot {
  /** The server's clock: the only one that expiry is measured by. */
  readonly now: Date;
  readonly major: number;
  /** Milliseconds since the server started. */
  readonly upMs: number;
  /** Whether a keeper watches over the server. */
  readonly isKept: boolean;
  readonly entries: readonly Entry[];
}

interface Found {
  readonly now: Date;
  readonly major: number;
  readonly upMs: number;
  readonly isKept: boolean;
  readonly entries: readonly { readonly name: string; readonly comment: string | null; readonly isTemplate: boolean }[];
}

/** Everything that a decision about our databases needs, in one round trip. */
export async function readDatabases(session: Session): Promise<Snapshot> {
  const [found] = await session.query<Found & Record<string, unknown>>(
    `select now() as now,
       current_setting('server_version_num')::int / 10000 as major,
       (extract(epoch from now() - pg_postmaster_start_time()) * 1000)::float8 as "upMs",
       exists (select from pg_locks where locktype = 'advisory' and objsubid = 2
         and classid = $1::int::oid and objid = hashtext($2)::oid) as "isKept",
       coalesce((select json_agg(json_build_object('name', datname, 'isTemplate', datistemplate,
           'comment', shobj_description(oid, 'pg_database')) order by datname)
         from pg_database where starts_with(datname, 'offshoot_')), '[]') as entries`,
    [LOCK_CLASS, KEEPER],
  );
  if (found === undefined) throw new Error("The server answered without a row.");
  const entries = found.entries.map(({ name, isTemplate, comment }) => ({ name, isTemplate, ...parseComment(comment) }));
  return { now: found.now, major: found.major, upMs: found.upMs, isKept: found.isKept, entries };
}

/** Whether runs still have databases on the server: then it must go on running. Bases are a mere cache. */
export function hasRuns(snapshot: Snapshot): boolean {
  return snapshot.entries.some((entry) => entry.tag !== undefined && !entry.isTemplate);
}

/** What the server keeps on disk when it is stopped now. */
export function sleepersOf({ entries }: Snapshot): readonly Sleeper[] {
  return entries.map(({ name, tag, lastUsedAt }) => ({ name, comment: tag === undefined ? null : formatComment(tag, lastUsedAt) }));
}
