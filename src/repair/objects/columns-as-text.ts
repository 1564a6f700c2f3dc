import type { Catalog } from "../../catalog/catalog.ts";
import { literal } from "../../postgres/identifier.ts";

/**
 * Postgres refuses to change a composite type that columns use. These parts of a block give the columns the type `text`, and
 * their own type again after the change. Arrays of the type, and composite types and domains that contain it, count too.
 */
export const COLUMNS_AS_TEXT = { declare: "  users jsonb;\n  used jsonb;", before, after: after() };

/** For the columns whose type contains `id`. Columns of `id` itself are left out if `except` is set. */
function before(id: string, except = false): string {
  return `  with recursive types (oid) as (
    select ${literal(id)}::regtype::oid
    union
    select u.oid from types s, lateral (
      select typarray as oid from pg_catalog.pg_type where oid = s.oid and typarray <> 0
      union all select oid from pg_catalog.pg_type where typtype = 'd' and typbasetype = s.oid
      union all select c.reltype from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind = 'c'
        where a.atttypid = s.oid and not a.attisdropped) u)
  select coalesce(jsonb_agg(jsonb_build_object('table', a.attrelid::regclass::text, 'column', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'default', pg_catalog.pg_get_expr(d.adbin, d.adrelid))), '[]') into users
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.atttypid in (select oid from types) and a.attnum > 0 and not a.attisdropped and a.attinhcount = 0 and a.attgenerated = ''${except ? `\n    and a.atttypid not in (select unnest(array[oid, typarray]) from pg_catalog.pg_type where oid = ${literal(id)}::regtype)` : ""};
  for used in select * from jsonb_array_elements(users) loop
    execute format('alter table %1$s alter column %2$I drop default, alter column %2$I type text using %2$I::text', used ->> 'table', used ->> 'column');
  end loop;`;
}

function after(): string {
  return `  for used in select * from jsonb_array_elements(users) loop
    execute format('alter table %1$s alter column %2$I type %3$s using %2$I::%3$s', used ->> 'table', used ->> 'column', used ->> 'type');
    if used ->> 'default' is not null then
      execute format('alter table %1$s alter column %2$I set default %3$s', used ->> 'table', used ->> 'column', used ->> 'default');
    end if;
  end loop;`;
}

/** Whether columns use a type, in arrays and through composite types and domains too. */
export function isUsedByColumns(id: string, { tables, composites, domains }: Catalog): boolean {
  const found = new Set([id]);
  for (const one of found) {
    const uses = (type: string): boolean => type === one || type === `${one}[]`;
    if (tables.some(({ columns, ofType }) => ofType === undefined && columns.some(({ type }) => uses(type)))) return true;
    for (const { id: whole, attributes } of composites) if (attributes.some(({ type }) => uses(type))) found.add(whole);
    for (const { id: whole, type } of domains) if (uses(type)) found.add(whole);
  }
  return false;
}
