import { codeOf } from "../errors.ts";
import type { Session } from "./session.ts";
import { SQLSTATE } from "./sqlstate.ts";

/** The name of the results of these statements. A rehearsal knows them by it, because they are not statements of a migration. */
export const ONLY_OURS = "offshoot_only_ours";

/**
 * Creates tables in the schema `offshoot`: no other role has rights on the schema and on these tables when others can see them.
 * `alter default privileges` of a parent or a template can give rights to everybody, and with the right to create triggers
 * another role gets the rights of ours. What belongs to another role is not changed.
 *
 * Hardly any database has such default privileges, so one message creates the tables, and fails where a right has to be taken
 * away. Then a transaction takes it away. A block of code (`do`) could do both at once, but a database can be without PL/pgSQL.
 * `create` must be safe to run again.
 */
export async function createOnlyOurs(session: Session, create: string, tables: readonly string[]): Promise<void> {
  try {
    await session.query(`${create};\n${PINNED};\n${refuseRights(tables)}`);
  } catch (thrown) {
    if (codeOf(thrown) !== SQLSTATE.invalidText) throw thrown;
    await createAndRevoke(session, create, tables);
  }
}

async function createAndRevoke(session: Session, create: string, tables: readonly string[]): Promise<void> {
  await session.query("begin");
  try {
    const revokes = await session.query<{ sql: string }>(`${create};\n${PINNED};\n${revokesOf(tables)}`);
    if (revokes.length > 0) await session.query(revokes.map(({ sql }) => sql).join(";\n"));
    await session.query("commit");
  } catch (thrown) {
    if (!session.lost.aborted) await session.query("rollback").catch(() => session.close());
    throw thrown;
  }
}

/** Until the end of the transaction: migrations have the search path of the database. */
const PINNED = `select pg_catalog.set_config('search_path', 'pg_catalog', true) as ${ONLY_OURS}`;

/** The server writes the value into its log, with an error about its form. */
const refuseRights = (tables: readonly string[]): string => `select (case when exists (${rightsOfOthers(tables)})
  then 'other roles got rights on new tables of offshoot by default privileges' else '0' end)::pg_catalog.int4 as ${ONLY_OURS}`;

const revokesOf = (tables: readonly string[]): string => `
select distinct format('revoke all on %s from %s cascade', found.what, coalesce(quote_ident(found.role), 'public')) as sql
from (${rightsOfOthers(tables)}) found`;

const rightsOfOthers = (tables: readonly string[]): string => `
  select o.what, r.rolname::pg_catalog.text as role
  from (
    select 'schema offshoot' as what, n.nspowner as owner, n.nspacl as acl from pg_catalog.pg_namespace n where n.nspname = 'offshoot'
    union all
    select format('table offshoot.%I', c.relname), c.relowner, c.relacl
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'offshoot' and c.relname in (${tables.map((table) => `'${table}'`).join(", ")})
  ) o cross join aclexplode(o.acl) a left join pg_catalog.pg_roles r on r.oid = a.grantee
  where a.grantee <> o.owner and o.owner = (select me.oid from pg_catalog.pg_roles me where me.rolname = current_user)`;
