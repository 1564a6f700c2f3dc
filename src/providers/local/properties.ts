import type { Session } from "../../postgres/connect.ts";

/**
 * Statements that give database `to` what a copy of `from` lacks: `create database … template` copies neither
 * `alter database … set` nor `grant … on database` (PostgreSQL documentation, CREATE DATABASE, notes).
 * List settings are stored as quoted identifiers and must not be quoted again.
 */
export async function propertyStatements(session: Session, from: string, to: string): Promise<string[]> {
  const rows = await session.query<{ statement: string }>(
    `with source as (select oid, datacl from pg_database where datname = $1),
     settings as (
       select setrole, split_part(entry, '=', 1) as key, substr(entry, strpos(entry, '=') + 1) as value
       from pg_db_role_setting, unnest(setconfig) as entry where setdatabase = (select oid from source))
     select 1 as step, format('revoke all on database %I from public', $2::text) as statement from source where datacl is not null
     union all
     select 2, format('grant %s on database %I to %s%s', privilege_type, $2::text,
         case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
         case when is_grantable then ' with grant option' else '' end)
       from source, aclexplode(datacl)
     union all
     select 3, case setrole when 0 then format('alter database %I', $2::text)
           else format('alter role %I in database %I', pg_get_userbyid(setrole), $2::text) end
         || format(' set %s to ', key)
         || case when lower(key) in ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
             then regexp_replace(value, '(^|, )""(?=,|$)', '\\1''''', 'g') else quote_literal(value) end
       from settings
     order by step`,
    [from, to],
  );
  return rows.map((row) => row.statement);
}
