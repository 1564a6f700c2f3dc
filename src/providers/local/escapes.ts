import type { Session } from "../../postgres/connect.ts";
import { literal } from "../../postgres/identifier.ts";

/**
 * Extensions that only a superuser can create, and that give nobody a way to files, programs or other servers. The list
 * is short on purpose: `dblink` and `postgres_fdw` open connections, `file_fdw` and `adminpack` read files, `pageinspect`
 * reads rows without rights, and the untrusted languages run programs.
 */
export const HARMLESS_EXTENSIONS: readonly string[] = [
  "bloom",
  "earthdistance",
  "intagg",
  "pg_buffercache",
  "pg_stat_statements",
  "pgrowlocks",
  "pgstattuple",
  "vector",
];

/**
 * Whether an extension that every role can create (`superuser = false`, such as pgtap) has more than that role could create by itself,
 * because a superuser created it or added to it: code that is not SQL, or functions that run with the rights of a superuser.
 */
const HAS_POWERS = `exists (select from pg_catalog.pg_depend d
        join pg_catalog.pg_proc p on p.oid = d.objid join pg_catalog.pg_language l on l.oid = p.prolang join pg_catalog.pg_roles o on o.oid = p.proowner
      where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        and d.refobjid = e.oid and d.deptype = 'e'
        and (not l.lanpltrusted and l.lanname <> 'sql' and p.prokind <> 'a' or p.prosecdef and o.rolsuper))`;

/**
 * What gives a role without superuser rights a way out of a database, in this order: code that is not SQL, which only a
 * superuser can create but everybody can call; extensions that are neither trusted, nor known, nor made of SQL alone; and servers of others.
 */
const ESCAPES = `
select * from (
  select 1 as step, pg_catalog.format('the function %I.%I in the language %I', n.nspname, p.proname, l.lanname) as what
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace join pg_catalog.pg_language l on l.oid = p.prolang
  where p.oid >= 16384 and p.prokind <> 'a' and not l.lanpltrusted and l.lanname <> 'sql'
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype in ('e', 'i'))
  union all
  select 2, pg_catalog.format('the extension %s, which can have code with a way to files, programs or other servers', e.extname)
  from pg_catalog.pg_extension e
  where e.extname <> 'plpgsql' and e.extname not in (${HARMLESS_EXTENSIONS.map(literal).join(", ")})
    and not exists (select from pg_catalog.pg_available_extension_versions v
      where v.name = e.extname and v.version = e.extversion and (v.trusted or not v.superuser and not ${HAS_POWERS}))
  union all
  select 3, pg_catalog.format('the foreign data wrapper %I', fdwname) from pg_catalog.pg_foreign_data_wrapper
) found order by step, what limit 1`;

/** The first part of a database that a role without superuser rights could use to leave it; undefined if there is none. */
export async function findEscape(session: Session): Promise<string | undefined> {
  return (await session.query<{ what: string }>(ESCAPES))[0]?.what;
}
