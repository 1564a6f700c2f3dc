import type { Column } from "../../catalog/columns.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { columnDefinition, columnExtras, defaultOf, tuned } from "./column-definition.ts";
import { columnRetargeted } from "./foreign.ts";
import { counted, identified, serial } from "./identity.ts";
import { byProperty, type Maker, type Making } from "../repair-context.ts";
import { guarded, plain, type Remedy, type Statement } from "../step.ts";
import { widens } from "./widening.ts";

const REWRITES = "may rewrite the table under an ACCESS EXCLUSIVE lock";

export const columns: Maker = {
  create(id, making) {
    const { table, column } = making.expected.column(id);
    const given = column.default ?? column.generated ?? column.identity;
    if (!column.nullable && given === undefined && making.hasRows(table.id)) {
      return { cannot: "the column is NOT NULL without a default and the table has rows: they need a backfill that no schema can tell" };
    }
    const rewrites = column.generated !== undefined || column.identity !== undefined || isPerRow(column.default ?? "");
    const sql = `alter table ${table.id} add column if not exists ${columnDefinition(id, making)}`;
    return [{ sql, warning: rewrites ? REWRITES : undefined }, ...columnExtras(table, column)];
  },
  drop(id, { actual }) {
    const { table, column } = actual.column(id);
    const sql = `alter table ${table.id} drop column if exists ${quoted(column.name)}`;
    if (column.generated === undefined) return [{ sql, destructive: "it drops the column's data" }];
    return plain(sql);
  },
  alter(id, differences, making) {
    const changed = byProperty(differences);
    const { table, column } = making.expected.column(id);
    const found = making.actual.column(id).column;
    const alter = `alter table ${table.id} alter column ${quoted(column.name)}`;
    if (changed.has("generated") || changed.has("virtual")) return regenerated(column, found, alter, making);
    const steps: Statement[] = [];
    const byDefault = defaultOf(id, making);
    const sequence = making.expected.sequenceOf(id);
    const isUnidentified = changed.has("identity") && found.identity !== undefined && column.identity === undefined;
    const becomesSerial = isUnidentified && sequence !== undefined && column.default === `nextval(${literal(sequence.id)}::regclass)`;
    if (becomesSerial) steps.push(...serial(id, sequence, making));
    else if (isUnidentified) steps.push({ sql: `${alter} drop identity if exists` });
    // A parent's columns get their type with the parent's, and whose they are is settled where the table joins that parent.
    if ((changed.has("type") || changed.has("collation")) && column.inherited === undefined)
      steps.push(...retyped(table.id, column, found, byDefault));
    else if (changed.has("default") && column.identity === undefined && !becomesSerial)
      steps.push({ sql: byDefault === undefined ? `${alter} drop default` : `${alter} set default ${byDefault}` });
    if (changed.has("default") && !becomesSerial) steps.push(...counted(id, byDefault, making));
    if (changed.has("nullable")) {
      if (!column.nullable && making.hasNulls(id))
        return { cannot: "rows have no value in the column: they need a backfill before it can be NOT NULL" };
      steps.push(
        column.nullable
          ? { sql: `${alter} drop not null` }
          : { sql: `${alter} set not null`, warning: "reads the whole table under an ACCESS EXCLUSIVE lock" },
      );
    }
    if (changed.has("identity") && column.identity !== undefined) steps.push(...identified(id, column.identity, making));
    const isForeign = table.kind === "foreign table";
    if (isForeign && changed.has("options")) steps.push(columnRetargeted(table.id, column.name, found.options ?? [], column.options ?? []));
    const differing = isForeign ? differences.filter(({ property }) => property !== "options") : differences;
    steps.push(...tuned(column, byProperty(differing), alter, making.actual.catalog.server.major));
    return steps;
  },
  disturbs: (_id, differences) =>
    differences.some(({ property }) => property === "type" || property === "collation") ? "everything" : undefined,
  isOld(id, differences, { actual }) {
    const { table, column } = actual.column(id);
    if (column.generated !== undefined) return isGeneratedAs(table.id, column.name, column.generated);
    return differences.some(({ property }) => property === "type") ? isOfType(table.id, column) : undefined;
  },
};

/**
 * Whether a default may differ from row to row, so that adding it writes every row: it calls something other than the
 * clock, which stands still in a statement (PostgreSQL documentation, ALTER TABLE, notes).
 */
function isPerRow(text: string): boolean {
  return text.replaceAll(/\bnow\(\)/g, "").includes("(");
}

/** A plain default as an object of its own: it can be in the way of dropping a function or sequence. */
export const defaults: Maker = {
  create(id, making) {
    const { table, column } = making.expected.column(id);
    const text = defaultOf(id, making);
    return text === undefined ? [] : plain(`alter table ${table.id} alter column ${quoted(column.name)} set default ${text}`);
  },
  drop(id, { actual }) {
    const { table, column } = actual.column(id);
    return plain(`alter table ${table.id} alter column ${quoted(column.name)} drop default`);
  },
  alter: () => "recreate",
};

/** A condition: the column is generated, in these words. */
function isGeneratedAs(table: string, column: string, expression: string): string {
  return `exists (select from pg_catalog.pg_attribute a join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = pg_catalog.to_regclass(${literal(table)}) and a.attname = ${literal(column)} and a.attgenerated <> ''
      and pg_catalog.pg_get_expr(d.adbin, d.adrelid) = ${literal(expression)})`;
}

/** A condition: the column has this type. */
function isOfType(table: string, { name, type }: Column): string {
  return `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(table)}) and attname = ${literal(name)}
    and pg_catalog.format_type(atttypid, atttypmod) = ${literal(type)})`;
}

/** The value of a generated column can be made again, so that nothing is lost with the old column. */
function regenerated(column: Column, found: Column, alter: string, { actual }: Making): Remedy {
  if (column.generated === undefined) return found.virtual === true ? "recreate" : plain(`${alter} drop expression if exists`);
  const inPlace =
    actual.catalog.server.major >= 17 && found.generated !== undefined && found.virtual === column.virtual && found.type === column.type;
  if (inPlace)
    return [{ sql: `${alter} set expression as (${column.generated})`, warning: column.virtual === true ? undefined : REWRITES }];
  return "recreate";
}

function retyped(table: string, column: Column, found: Column, byDefault: string | undefined): readonly Statement[] {
  const { type, collation, generated } = column;
  const alter = `alter table ${table} alter column ${quoted(column.name)}`;
  // Types of one's own have casts to text and back, but seldom to each other.
  const through = type.includes(".") || found.type.includes(".") ? `::text${type.endsWith("[]") ? "[]" : ""}` : "";
  const how = generated === undefined ? ` using ${quoted(column.name)}${through}::${type}` : "";
  const why = widens(found.type, type) ? undefined : `${found.type} to ${type} may cut values or fail on some`;
  const sql = [
    ...(found.default === undefined ? [] : [`${alter} drop default`]),
    `${alter} type ${type}${collation === undefined ? "" : ` collate ${collation}`}${how}`,
    ...(byDefault === undefined ? [] : [`${alter} set default ${byDefault}`]),
  ];
  const steps: readonly Statement[] =
    found.type === type ? plain(...sql) : [{ sql: guarded(isOfType(table, found), ...sql), warning: REWRITES }];
  // Without the change of type the default may stay as it is.
  return why === undefined ? steps : steps.map((step) => ({ ...step, destructive: why }));
}
