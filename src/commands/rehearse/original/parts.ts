import type { Session } from "../../../postgres/session.ts";

/** A part of a database that a dump has. */
export interface Part {
  /** Such as `index`; `rows` for a materialized view that has none. */
  readonly kind: string;
  /** As SQL writes it, with its schema if it has one. */
  readonly name: string;
  /** Its table, as SQL writes it with its schema. Undefined for a part that is not of one table. */
  readonly table: string | undefined;
}

/** More are not compared. */
const MOST = 50_000;
/** What a copy can have besides, such as offshoot's own schema: its list is longer, so that it is not cut before the other one. */
const OWN = 1000;

const member = (catalog: string, id: string): string =>
  `exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${id} and d.deptype = 'e')`;

/** The kinds are of the PostgreSQL documentation ("pg_class", "pg_proc"). The members of an extension come with it, and what the server creates by itself is not dumped. */
const QUERY = `with
  own_schemas as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
  own as (select c.oid, c.relkind, c.relispopulated, format('%I.%I', n.nspname, c.relname) as shown
    from pg_class c join own_schemas n on n.oid = c.relnamespace where c.relpersistence <> 't' and not ${member("pg_class", "c.oid")})
  select kind, name, "table" from (
    select case relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'materialized view'
        when 'f' then 'foreign table' else 'sequence' end as kind, shown as name, null as "table" from own where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all select 'rows', shown, shown from own where relkind = 'm' and relispopulated
    union all select 'index', i.shown, t.shown from pg_index x join own i on i.oid = x.indexrelid join own t on t.oid = x.indrelid
      where not exists (select from pg_constraint o where o.conindid = i.oid and o.contype in ('p', 'u', 'x'))
    union all select 'constraint', quote_ident(conname), t.shown from pg_constraint join own t on t.oid = conrelid where contype in ('c', 'f', 'p', 'u', 'x')
    union all select 'trigger', quote_ident(tgname), t.shown from pg_trigger join own t on t.oid = tgrelid where not tgisinternal
    union all select 'policy', quote_ident(polname), t.shown from pg_policy join own t on t.oid = polrelid
    union all select 'rule', quote_ident(rulename), t.shown from pg_rewrite join own t on t.oid = ev_class where rulename <> '_RETURN'
    union all select 'statistics', quote_ident(stxname), t.shown from pg_statistic_ext join own t on t.oid = stxrelid
    union all select case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end, p.oid::regprocedure::text, null
      from pg_proc p join own_schemas n on n.oid = p.pronamespace where not ${member("pg_proc", "p.oid")}
    union all select 'type', format_type(y.oid, null), null
      from pg_type y join own_schemas n on n.oid = y.typnamespace where y.typtype in ('e', 'd', 'r') and not ${member("pg_type", "y.oid")}
  ) o order by kind, name, "table" limit `;

/** The parts of a database. `isCopy`: it is compared with another one. */
export async function readParts(session: Session, isCopy: boolean): Promise<readonly Part[]> {
  const rows = await session.query<{ kind: string; name: string; table: string | null }>(
    `set local search_path = pg_catalog; ${QUERY}${isCopy ? MOST + OWN : MOST}`,
  );
  return rows.map(({ kind, name, table }) => ({ kind, name, table: table ?? undefined }));
}

/** The parts that the copy does not have. Of a table or a view that is missing, nothing else is listed. Pure. */
export function missingParts(original: readonly Part[], copy: readonly Part[]): readonly Part[] {
  const present = new Set(copy.map(keyOf));
  const missing = original.filter((part) => !present.has(keyOf(part)));
  const relations = new Set(missing.filter(({ table }) => table === undefined).map(({ name }) => name));
  return missing.filter(({ table }) => table === undefined || !relations.has(table));
}

/** A part in words: `index public.a_b_idx on public.a`. Pure. */
export function partText({ kind, name, table }: Part): string {
  if (kind === "rows") return `the rows of ${name}`;
  return table === undefined ? `${kind} ${name}` : `${kind} ${name} on ${table}`;
}

function keyOf({ kind, name, table }: Part): string {
  return JSON.stringify([kind, name, table]);
}
