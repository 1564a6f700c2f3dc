import type { Deadline } from "../../deadline.ts";
import { setImmediate } from "node:timers/promises";
import { codeOf, messageOf } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import type { Session } from "../../postgres/connect.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { readDatabases } from "./databases.ts";
import { dropDatabase } from "./drop.ts";
import { rereadIfDropped } from "./reread.ts";

/** How many bases a server keeps. */
export interface BaseLimits {
  readonly count: number;
  /** Size of all bases together. */
  readonly bytes: number;
}

/** A base, its size, and whether a session uses it or copies it now. */
export interface StoredBase {
  readonly name: string;
  readonly bytes: number;
  readonly usedAt: Date;
  /** Grows with each database that a server creates. */
  readonly oid: number;
  readonly isInUse: boolean;
}

/**
 * The bases to drop: those that alone exceed the size, and then the one whose last use is longest ago, until the others are
 * within the limits. A base in use is kept, and counts.
 */
export function excessOf(bases: readonly StoredBase[], limits: BaseLimits): readonly StoredBase[] {
  const oldestFirst = bases.toSorted((one, other) => one.usedAt.getTime() - other.usedAt.getTime() || one.oid - other.oid);
  const tooLarge = oldestFirst.filter(({ bytes, isInUse }) => bytes > limits.bytes && !isInUse);
  const excess = [...tooLarge];
  const rest = oldestFirst.filter((base) => !tooLarge.includes(base));
  let count = rest.length;
  let bytes = rest.reduce((sum, base) => sum + base.bytes, 0);
  for (const base of rest) {
    if (count <= limits.count && bytes <= limits.bytes) break;
    if (base.isInUse) continue;
    excess.push(base);
    count -= 1;
    bytes -= base.bytes;
  }
  return excess;
}

/**
 * What another run leaves that drops the same bases, or ends the server: the database is no longer there, is being dropped, or the
 * session was ended. Each later run tries again.
 */
async function isRace(thrown: unknown, session: Pick<Session, "lost">): Promise<boolean> {
  const codes: readonly (string | undefined)[] = [SQLSTATE.undefinedDatabase, SQLSTATE.undefinedObject, SQLSTATE.objectInUse];
  // The driver reports that a session ended after the error of its statement.
  await setImmediate();
  return session.lost.aborted || codes.includes(codeOf(thrown));
}

/** Drops the bases that exceed the limits. A failure is reported as a warning and not thrown. */
export async function dropExcess(session: Session, limits: BaseLimits, within: Deadline, emit: Listener): Promise<void> {
  try {
    for (const { name } of excessOf(await rereadIfDropped(session, () => readBases(session)), limits)) {
      await dropDatabase(session, name, within, (entry) => entry.isTemplate && entry.tag?.kind === "base");
    }
  } catch (thrown) {
    const kind = (await isRace(thrown, session)) ? "detail" : "warning";
    emit({ kind, text: `Could not drop the bases that exceed the settings \`cache\`: ${messageOf(thrown)}` });
  }
}

interface Row extends Record<string, unknown>, Omit<StoredBase, "usedAt"> {}

/**
 * `create database … template` locks the database that it copies (PostgreSQL source, `createdb`). Without the privilege to
 * connect, a size cannot be read and counts as 0.
 */
async function readBases(session: Session): Promise<readonly StoredBase[]> {
  const { entries } = await readDatabases(session);
  const bases = new Map(entries.filter(({ isTemplate, tag }) => isTemplate && tag?.kind === "base").map((entry) => [entry.name, entry]));
  const rows = await session.query<Row>(
    `select d.datname as name, d.oid::pg_catalog.int8::pg_catalog.float8 as oid,
       case when pg_catalog.has_database_privilege(d.oid, 'connect') then pg_catalog.pg_database_size(d.oid)::pg_catalog.float8 else 0 end as bytes,
       exists (select from pg_catalog.pg_stat_activity a where a.datid operator(pg_catalog.=) d.oid)
         or exists (select from pg_catalog.pg_locks l where l.locktype operator(pg_catalog.=) 'object'
           and l.classid operator(pg_catalog.=) 'pg_catalog.pg_database'::pg_catalog.regclass and l.objid operator(pg_catalog.=) d.oid) as "isInUse"
     from pg_catalog.pg_database d where d.datname::pg_catalog.text operator(pg_catalog.=) any($1::pg_catalog.text[])`,
    [[...bases.keys()]],
  );
  return rows.map((row) => {
    const { lastUsedAt, tag } = bases.get(row.name) ?? {};
    return { ...row, usedAt: lastUsedAt ?? new Date(tag?.created ?? 0) };
  });
}
