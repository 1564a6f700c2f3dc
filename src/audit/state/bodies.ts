import { codeOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { literal } from "../../postgres/identifier.ts";
import { OWN_SCHEMA } from "../../catalog/scope.ts";

/** A function with a body that does not fit the schema. */
export interface BrokenBody {
  /** As in the catalog. */
  readonly id: string;
  readonly why: string;
  readonly by: "validator" | "plpgsql_check";
}

/**
 * SQL condition on an error `c` of `plpgsql_check` in the body `$3`: a call does not have to fail. The table can be a
 * temporary one that exists then, the body can ask for the table of its trigger before it uses a column, or catch the error.
 * Every name has its schema here.
 */
const UNCERTAIN = String.raw`(
  c.sqlstate operator(pg_catalog.=) '42P01' and (c.message operator(pg_catalog.~) '"pg_temp'
    or c.message operator(pg_catalog.!~) '"[^"]*[.]' and $3 operator(pg_catalog.~*) '\mtemp(orary)?\M')
  or c.message operator(pg_catalog.~*) '^record "?(new|old)"? has no field'
    and $3 operator(pg_catalog.~*) '\mtg_(table_name|table_schema|relname|relid|argv|nargs|name)\M'
  or $3 operator(pg_catalog.~*) pg_catalog.concat('\mwhen\M[^;]*\m(sqlstate ''', c.sqlstate, '''|', case c.sqlstate
    when '42P01' then 'undefined_table' when '42703' then 'undefined_column' when '42883' then 'undefined_function'
    when '42704' then 'undefined_object' when '3F000' then 'invalid_schema_name' else 'none' end, ')\M'))`;

/**
 * Each language has a validator, which CREATE FUNCTION calls: for SQL it analyses the body against the schema, for
 * PL/pgSQL it compiles the body (PostgreSQL documentation, 60.2). A validator neither changes nor runs anything, so that
 * this works read only. A function without its own search path is reported only when the body fits neither the session's
 * search path nor the function's own schema. Functions that the role has no permission to read are skipped. The search
 * path is empty outside of the validation, so that identities are written as in the catalog. During the validation it is
 * that of the database, where another schema can come before `pg_catalog`. There, every name has its schema.
 */
const VALIDATE = `
do $audit$
declare
  one record;
  broken pg_catalog.jsonb := '[]';
  usual pg_catalog.text := pg_catalog.current_setting('offshoot.usual_path');
  why pg_catalog.text;
  finder pg_catalog.text;
  transitions pg_catalog.text := (select case when 'newtable' = any (p.proargnames) then ', oldtable => r.old, newtable => r.new' else '' end
    from pg_catalog.pg_proc p where p.proname = 'plpgsql_check_function_tb' limit 1);
  checker pg_catalog.text := (select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'plpgsql_check');
begin
  perform pg_catalog.set_config('search_path', '', true);
  for one in select * from (
    select p.oid, l.lanname as language, pg_catalog.quote_ident(n.nspname) as home,
      pg_catalog.format('%I.%I%s', n.nspname, p.proname, (select pg_catalog.format('(%s)', coalesce(pg_catalog.string_agg(pg_catalog.format_type(t, null), ', ' order by o), ''))
        from pg_catalog.unnest(p.proargtypes) with ordinality u(t, o))) as id,
      (select pg_catalog.substr(c, 13) from pg_catalog.unnest(p.proconfig) c where c like 'search\\_path=%') as own,
      p.prosrc as body,
      case when p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
        then coalesce((select pg_catalog.jsonb_agg(distinct pg_catalog.jsonb_build_object('relation', t.tgrelid, 'old', t.tgoldtable, 'new', t.tgnewtable))
          from pg_catalog.pg_trigger t where t.tgfoid = p.oid), '[]')
        else '[{"relation": "0"}]' end as uses
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    where l.lanname in ('sql', 'plpgsql') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '${OWN_SCHEMA}')
      and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e')
    ) found order by found.id collate "C"
  loop
    for attempt in 1..2 loop
      why := null;
      finder := 'validator';
      begin
        perform pg_catalog.set_config('search_path', coalesce(one.own, case attempt when 1 then usual else one.home || ', ' || usual end), true);
        if one.language operator(pg_catalog.=) 'sql' then perform pg_catalog.fmgr_sql_validator(one.oid);
        else perform pg_catalog.plpgsql_validator(one.oid);
        end if;
        if one.language operator(pg_catalog.=) 'plpgsql' and checker is not null then
          finder := 'plpgsql_check';
          execute pg_catalog.format('select pg_catalog.string_agg(distinct c.message, ''; '')
            from pg_catalog.jsonb_to_recordset($2) r(relation pg_catalog.oid, old pg_catalog.name, new pg_catalog.name),
            lateral %s.plpgsql_check_function_tb($1, r.relation::pg_catalog.regclass%s) c
            where c.level operator(pg_catalog.=) ''error'' and not %s', checker, transitions, ${literal(UNCERTAIN)})
            into why using one.oid::pg_catalog.regprocedure, one.uses, one.body;
        end if;
        perform pg_catalog.set_config('search_path', '', true);
      exception
        when insufficient_privilege then null;
        when lock_not_available or deadlock_detected then raise;
        when others then why := sqlerrm;
      end;
      exit when why is null;
    end loop;
    -- A function that was dropped meanwhile is not broken.
    if why is not null and exists (select from pg_catalog.pg_proc p where p.oid = one.oid) then
      broken := broken || pg_catalog.jsonb_build_object('id', one.id, 'why', why, 'by', finder);
    end if;
  end loop;
  perform pg_catalog.set_config('offshoot.broken', broken::pg_catalog.text, true);
end
$audit$`;

/** Postgres runs one message of the simple protocol as one transaction: the settings end with it. */
const statements = (searchPath: string): string => `
set local search_path = pg_catalog, pg_temp;
select pg_catalog.set_config('offshoot.usual_path', ${literal(searchPath)}, true);
set local transaction_read_only = on;
set local check_function_bodies = on;
set local client_min_messages = warning;
${VALIDATE};
select pg_catalog.current_setting('offshoot.broken')::pg_catalog.jsonb as broken`;

/** Why no body was checked: the database has no PL/pgSQL, or the role cannot use it. */
export type NotChecked = "missing" | "not-allowed";

/** The SQL and PL/pgSQL functions with bodies that do not fit the schema, or why they were not checked. Throws the server's error. */
export async function readBodies(session: Session): Promise<readonly BrokenBody[] | NotChecked> {
  try {
    const [row] = await session.query<{ broken: readonly BrokenBody[] }>(statements(await session.searchPath()));
    return row?.broken ?? [];
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.undefinedObject) return "missing";
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) return "not-allowed";
    throw thrown;
  }
}
