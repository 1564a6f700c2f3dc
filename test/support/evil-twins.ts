/** The schema of the twins. */
export const EVIL = "evil";

/** A search path in which the twins come first. */
export const EVIL_PATH = `${EVIL}, pg_catalog, public`;

/** The word in the server's log for each call of a twin. */
export const SHADOWED = "a twin was called:";

/**
 * Creates a twin of each function, operator, table, view and type of `pg_catalog` in a schema of its own. A twin writes a
 * line to the server's log when it is called, and then does what the original does, or returns null where that cannot be
 * written down. Twins that Postgres does not accept are left out; a notice counts them.
 */
export const CREATE_TWINS = `
create schema ${EVIL};
grant usage on schema ${EVIL} to public;
set check_function_bodies = off;
do $twins$
declare
  one record;
  parameters text;
  made int := 0;
  refused int := 0;
begin
  create function ${EVIL}.offshoot_mark(what pg_catalog.text) returns pg_catalog.bool language plpgsql as
    $f$ begin raise log '${SHADOWED} %', what; return true; end $f$;
  for one in
    select p.oid, p.proname as name, p.prokind as kind, p.proretset as is_set, p.pronargs as n, p.provariadic <> 0 as is_variadic,
      (select coalesce(string_agg(case when t = '"any"'::regtype then 'anyelement' when t in ('internal'::regtype, 'cstring'::regtype) then null
         else 'pg_catalog.' || (select quote_ident(typname) from pg_type where oid = t) end, ', ' order by at), '')
       from unnest(p.proargtypes) with ordinality a(t, at)) as arguments,
      'pg_catalog.' || (select quote_ident(typname) from pg_type where oid = p.prorettype) as result, p.prorettype as result_oid
    from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace
  loop
    begin
      parameters := (select coalesce(string_agg('$' || i, ', '), '') from generate_series(1, one.n) i);
      execute format('create function ${EVIL}.%I(%s) returns %s language plpgsql as %L', one.name, one.arguments,
        case when one.is_set then 'setof ' else '' end
          || case when one.result_oid in ('"any"'::regtype, 'record'::regtype, 'cstring'::regtype, 'internal'::regtype, 'trigger'::regtype)
               then 'pg_catalog.text' else one.result end,
        case when one.is_set or one.kind <> 'f' or one.is_variadic or one.result_oid in ('void'::regtype, 'record'::regtype)
          then format('begin perform ${EVIL}.offshoot_mark(%L); return%s; end', one.name, case when one.is_set or one.result_oid = 'void'::regtype then '' else ' null' end)
          else format('begin perform ${EVIL}.offshoot_mark(%L); return pg_catalog.%I(%s); end', one.name, one.name, parameters) end);
      made := made + 1;
    exception when others then refused := refused + 1;
    end;
  end loop;
  for one in
    select o.oprname as name, p.proname as function, (select typname from pg_type where oid = o.oprleft) as l,
      (select typname from pg_type where oid = o.oprright) as r
    from pg_operator o join pg_proc p on p.oid = o.oprcode where o.oprnamespace = 'pg_catalog'::regnamespace
  loop
    begin
      execute format('create operator ${EVIL}.%s (procedure = ${EVIL}.%I, %s rightarg = pg_catalog.%I)', one.name, one.function,
        case when one.l is null then '' else format('leftarg = pg_catalog.%I,', one.l) end, one.r);
      made := made + 1;
    exception when others then refused := refused + 1;
    end;
  end loop;
  for one in select relname as name from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v') loop
    begin
      execute format('create view ${EVIL}.%I as select * from pg_catalog.%I where ${EVIL}.offshoot_mark(%L)', one.name, one.name, one.name);
      execute format('grant select on ${EVIL}.%I to public', one.name);
      made := made + 1;
    exception when others then refused := refused + 1;
    end;
  end loop;
  for one in select typname as name from pg_type where typnamespace = 'pg_catalog'::regnamespace and typtype = 'b' loop
    begin
      execute format('create domain ${EVIL}.%I as pg_catalog.%I check (${EVIL}.offshoot_mark(%L))', one.name, one.name, 'type ' || one.name);
      made := made + 1;
    exception when others then refused := refused + 1;
    end;
  end loop;
  raise notice 'twins made: %, refused: %', made, refused;
end
$twins$;
`;

/** Drops the twins of operators, which a pinned search path keeps away: a statement would be unreadable with the schema of each. */
export const DROP_OPERATORS = `
do $operators$
declare
  one record;
begin
  for one in select oid::pg_catalog.regoperator as id from pg_catalog.pg_operator where oprnamespace = '${EVIL}'::pg_catalog.regnamespace loop
    execute pg_catalog.format('drop operator %s', one.id);
  end loop;
end
$operators$;
`;
