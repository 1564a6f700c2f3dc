import type { Session } from "../../postgres/connect.ts";
import type { Definition, Membership } from "./copied-role-statements.ts";

/** The lock of a role: its first half is the name, and its second half is what the role is. */
const KEYS = `pg_catalog.hashtext('role of a copy ' || w.name) as one, pg_catalog.hashtext(w.definition) as two
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) w(name, definition)`;

/** Takes a shared lock for each role. Returns the name of a role that another process holds as another one, and takes no lock then. */
export async function holdNames(session: Session, definitions: readonly Definition[]): Promise<string | undefined> {
  const [busy] = await session.query<{ name: string }>(
    `with wanted as (select w.name, ${KEYS})
     select w.name from wanted w join pg_catalog.pg_locks l on l.locktype = 'advisory' and l.objsubid = 2 and l.classid = w.one::pg_catalog.oid
       and l.objid <> w.two::pg_catalog.oid and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
     order by 1 limit 1`,
    keysOf(definitions),
  );
  if (busy !== undefined) return busy.name;
  await session.query(`select pg_catalog.pg_advisory_lock_shared(k.one, k.two) from (select ${KEYS}) k`, keysOf(definitions));
  return undefined;
}

export async function releaseNames(session: Session, definitions: readonly Definition[]): Promise<void> {
  await session.query(`select pg_catalog.pg_advisory_unlock_shared(k.one, k.two) from (select ${KEYS}) k`, keysOf(definitions));
}

function keysOf(definitions: readonly Definition[]): [readonly string[], readonly string[]] {
  const described = definitions.map(({ inherits, bypassesRls, memberOf, password, nonce }) =>
    JSON.stringify([inherits, bypassesRls, password !== undefined, nonce ?? "", memberOf.map(describeMembership).toSorted()]),
  );
  return [definitions.map(({ name }) => name), described];
}

function describeMembership({ role, isAdmin, inherits, canSet }: Membership): string {
  return JSON.stringify([role, isAdmin, inherits ?? null, canSet ?? null]);
}
