import type { Column } from "../../catalog/columns.ts";
import type { Constraint } from "../../catalog/constraints.ts";
import type { Table } from "../../catalog/relations.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Lookup } from "../lookup.ts";
import type { RepairContext } from "../repair-context.ts";
import { doBlock, type Impossible, type Statement } from "../step.ts";

/** A child table can declare a part that it inherits too. It keeps such a part when its parent loses it. */
type Part = Pick<Column, "inherited" | "own">;

const isOnlyInherited = ({ inherited, own }: Part): boolean => inherited === true && own !== true;

/** Whether only the parents of a child table declare the check, so that it is created and dropped with theirs. */
export function isCheckOfParent(constraint: Constraint): boolean {
  return constraint.type === "check" && isOnlyInherited(constraint);
}

const DECLARED =
  "the table declares the column itself too, and Postgres has no statement that takes this back: create the table again as a child of its parent, and copy the rows";

const KEPT = "the primary key of the parent keeps the NOT NULL, so that Postgres cannot give it to the table again";

const READS = "reads the table and its parents under an ACCESS EXCLUSIVE lock";

/** The statements after which a child table declares its columns and their NOT NULL as expected. */
export function declareColumn(table: Table, column: Column, found: Column, context: RepairContext): readonly Statement[] | Impossible {
  if (table.partitionBound !== undefined || (table.inherits === undefined && found.inherited !== true)) return [];
  if (isOnlyInherited(column) && !isOnlyInherited(found)) return { cannot: DECLARED };
  const declared = columnsToDeclare(table, context);
  const becomesOwn = declared.includes(column.name);
  const losesNotNull =
    column.ownNotNull !== true && column.inherited === true && !column.nullable && (becomesOwn || found.ownNotNull === true);
  const parents = losesNotNull && context.actual.catalog.server.major >= 18 ? parentsWithNotNull(table, column.name, context.expected) : [];
  if (parents.some((parent) => isInPrimaryKey(parent, column.name, context.expected))) return { cannot: KEPT };
  const gainsNotNull = column.ownNotNull === true && found.ownNotNull !== true;
  return [
    ...(declared[0] === column.name ? [{ sql: declareAll(table, declared), warning: READS }] : []),
    ...(parents.length === 0 ? [] : [{ sql: giveNotNullBack(table.id, column.name, parents), warning: READS }]),
    ...(gainsNotNull ? [{ sql: `alter table ${table.id} alter column ${quoted(column.name)} set not null`, warning: READS }] : []),
  ];
}

/** The columns that the child table only inherits, and must declare. */
function columnsToDeclare({ schema, name, columns }: Table, { actual }: RepairContext): readonly string[] {
  return columns
    .filter((column) => !isOnlyInherited(column) && isOnlyInherited(actual.findColumn(path(schema, name, column.name)) ?? {}))
    .map((column) => column.name);
}

/** The tables above that declare the NOT NULL, the highest ones last. */
function parentsWithNotNull(table: Table, column: string, side: Lookup): readonly Table[] {
  return tablesAbove(table, side).filter(({ columns }) =>
    columns.some(
      ({ name, nullable, inherited, ownNotNull }) => name === column && !nullable && (inherited !== true || ownNotNull === true),
    ),
  );
}

/** The parents of a table, and their parents after them. */
function tablesAbove(table: Table, side: Lookup): readonly Table[] {
  const found = new Set(table.inherits);
  // A set can grow while it is read.
  for (const id of found) for (const next of side.find("tables", id)?.inherits ?? []) found.add(next);
  return [...found].flatMap((id) => side.find("tables", id) ?? []);
}

function isInPrimaryKey({ schema, name }: Table, column: string, { catalog }: Lookup): boolean {
  return catalog.constraints.some(
    (one) => one.type === "primary key" && one.schema === schema && one.table === name && one.columns?.includes(column) === true,
  );
}

/**
 * The tables above a table that declare its check, from the table on. After they lost it and got it again, the table only
 * inherits it.
 */
export function parentsWithCheck(table: Table, check: string, side: Lookup): readonly string[] {
  return tablesAbove(table, side)
    .filter(({ schema, name }) => {
      const found = side.find("constraints", path(schema, name, check));
      return found !== undefined && !isOnlyInherited(found);
    })
    .map(({ id }) => id);
}

/**
 * A table that leaves its parents declares all of its columns, and keeps that when it comes back. A table that is its parent
 * meanwhile holds the columns that it must not declare. The parents' checks are removed and added again, which keeps them theirs.
 */
function declareAll({ id, schema }: Table, columns: readonly string[]): string {
  const helper = path(schema, "offshoot_parent");
  return doBlock(`declare
  child constant regclass := ${literal(id)};
  wanted constant text[] := array[${columns.map(literal).join(", ")}];
  parents regclass[];
  parent regclass;
  checks jsonb;
  item jsonb;
begin
  if not exists (select from pg_catalog.pg_attribute where attrelid = child and attname = any (wanted) and attinhcount > 0 and not attislocal) then
    return;
  end if;
  select pg_catalog.array_agg(inhparent::regclass order by inhseqno) into parents from pg_catalog.pg_inherits where inhrelid = child;
  with recursive above (id, level) as (
    select inhparent, 1 from pg_catalog.pg_inherits where inhrelid = child
    union all select i.inhparent, a.level + 1 from pg_catalog.pg_inherits i join above a on a.id = i.inhrelid)
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('table', c.conrelid::regclass, 'name', c.conname,
      'definition', pg_catalog.pg_get_constraintdef(c.oid), 'comment', pg_catalog.obj_description(c.oid, 'pg_constraint')) order by a.level desc), '[]')
    into checks
  from (select id, max(level) as level from above group by id) a
  join pg_catalog.pg_constraint c on c.conrelid = a.id and c.contype = 'c' and c.conislocal and not c.connoinherit
  where exists (select from pg_catalog.pg_constraint own where own.conrelid = child and own.contype = 'c' and own.conname = c.conname
    and own.coninhcount > 0 and not own.conislocal);
  for item in select * from pg_catalog.jsonb_array_elements(checks) loop
    execute pg_catalog.format('alter table %s drop constraint %I', item ->> 'table', item ->> 'name');
  end loop;
  execute pg_catalog.format('create table ${helper.replaceAll("'", "''").replaceAll("%", "%%")} (%s)', (
    select pg_catalog.string_agg(pg_catalog.format('%I %s%s%s%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end,
      case a.attgenerated when 's' then ' generated always as (null) stored' when 'v' then ' generated always as (null) virtual' end,
      case when exists (select from pg_catalog.pg_constraint n where n.conrelid = child and n.contype = 'n' and n.conkey[1] = a.attnum
        and n.coninhcount > 0 and not n.conislocal) then ' not null' end), ', ' order by a.attnum)
    from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
    where a.attrelid = child and a.attinhcount > 0 and not a.attislocal and not a.attisdropped and a.attname <> all (wanted)));
  alter table ${id} inherit ${helper};
  foreach parent in array parents loop
    execute pg_catalog.format('alter table ${id.replaceAll("'", "''").replaceAll("%", "%%")} no inherit %s', parent);
  end loop;
  foreach parent in array parents loop
    execute pg_catalog.format('alter table ${id.replaceAll("'", "''").replaceAll("%", "%%")} inherit %s', parent);
  end loop;
  alter table ${id} no inherit ${helper};
  drop table ${helper};
  for item in select i from pg_catalog.jsonb_array_elements(checks) with ordinality c (i, at) order by at desc loop
    execute pg_catalog.format('alter table %s add constraint %I %s', item ->> 'table', item ->> 'name', item ->> 'definition');
    if item ->> 'comment' is not null then
      execute pg_catalog.format('comment on constraint %I on %s is %L', item ->> 'name', item ->> 'table', item ->> 'comment');
    end if;
  end loop;
end`);
}

/** The same for the NOT NULL of one column: the parents lose it, then the table, and the parents get it again. */
function giveNotNullBack(id: string, column: string, parents: readonly Table[]): string {
  const list = parents.map((parent) => literal(parent.id)).join(", ");
  const ofColumn = `contype = 'n' and conkey[1] = (select attnum from pg_catalog.pg_attribute where attrelid = conrelid and attname = ${literal(column)})`;
  return doBlock(`declare
  declared jsonb;
  item jsonb;
begin
  if not exists (select from pg_catalog.pg_constraint where conrelid = ${literal(id)}::regclass and ${ofColumn} and coninhcount > 0 and conislocal) then
    return;
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('table', conrelid::regclass, 'name', conname) order by pg_catalog.array_position(array[${list}]::regclass[], conrelid::regclass) desc)
    into declared
  from pg_catalog.pg_constraint where conrelid = any (array[${list}]::regclass[]) and ${ofColumn};
  for item in select * from pg_catalog.jsonb_array_elements(declared) loop
    execute pg_catalog.format('alter table %s alter column %I drop not null', item ->> 'table', ${literal(column)});
  end loop;
  alter table ${id} alter column ${quoted(column)} drop not null;
  for item in select i from pg_catalog.jsonb_array_elements(declared) with ordinality c (i, at) order by at desc loop
    execute pg_catalog.format('alter table %s add constraint %I not null %I', item ->> 'table', item ->> 'name', ${literal(column)});
  end loop;
end`);
}
