import type { Column } from "../../catalog/columns.ts";
import type { Table } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { columnDefinition, newColumnSettings, defaultOf, alterColumnSettings } from "./column-definition.ts";
import { changeColumnOptions } from "./foreign.ts";
import { advanceSequence, changeToIdentity, changeToSerial } from "./identity.ts";
import { isNotNullOfParent, notNullOf, removeNotNull } from "./not-null.ts";
import { declareColumn } from "./own-parts.ts";
import { byProperty, type ObjectRepair, type RepairContext } from "../repair-context.ts";
import { guarded, isStatements, toStatements, type Remedy, type Statement } from "../step.ts";
import { isCheckedOrPublished } from "./virtual-columns.ts";
import { widens } from "./widening.ts";

const REWRITES = "may rewrite the table under an ACCESS EXCLUSIVE lock";

export const columns: ObjectRepair = {
  create(id, context) {
    const { table, column } = context.expected.column(id);
    // A partition gets its columns from its parent.
    if (table.partitionBound !== undefined && column.inherited === true && column.own !== true) return [];
    const source = column.default ?? column.generated ?? column.identity;
    const isChecked = notNullOf(context.expected, table, column.name)?.validated !== false;
    if (!column.nullable && isChecked && source === undefined && context.hasRows(table.id)) {
      return {
        cannot: "the column is NOT NULL without a default, and the table has rows: they need a backfill, which a schema does not define",
      };
    }
    const rewrites = column.generated !== undefined || column.identity !== undefined || isPerRow(column.default ?? "");
    const sql = `alter table ${table.id} add column if not exists ${columnDefinition(id, context)}`;
    return [{ sql, warning: rewrites ? REWRITES : undefined }, ...newColumnSettings(table, column)];
  },
  drop(id, { actual }) {
    const { table, column } = actual.column(id);
    const sql = `alter table ${table.id} drop column if exists ${quoted(column.name)}`;
    if (column.generated === undefined && table.kind !== "foreign table") return [{ sql, destructive: "it drops the data of the column" }];
    return toStatements(sql);
  },
  alter(id, differences, context) {
    const changed = byProperty(differences);
    const { table, column } = context.expected.column(id);
    const found = context.actual.column(id).column;
    const alter = `alter table ${table.id} alter column ${quoted(column.name)}`;
    if (changed.has("generated") || changed.has("virtual")) return regenerated(table, column, found, alter, context);
    const declared = declareColumn(table, column, found, context);
    if (!isStatements(declared)) return declared;
    const steps: Statement[] = [...declared];
    const byDefault = defaultOf(id, context);
    const sequence = context.expected.sequenceOf(id);
    const losesIdentity = changed.has("identity") && found.identity !== undefined && column.identity === undefined;
    const becomesSerial = losesIdentity && sequence !== undefined && column.default === `nextval(${literal(sequence.id)}::regclass)`;
    if (becomesSerial) steps.push(...changeToSerial(id, sequence, context));
    else if (losesIdentity) steps.push({ sql: `${alter} drop identity if exists` });
    // An inherited column gets its type from the parent's column, and its parents in `inheritance.ts`.
    if ((changed.has("type") || changed.has("collation")) && column.inherited === undefined)
      steps.push(...retyped(table, column, found, byDefault));
    else if (changed.has("default") && column.identity === undefined && !becomesSerial)
      steps.push({ sql: byDefault === undefined ? `${alter} drop default` : `${alter} set default ${byDefault}` });
    if (changed.has("default") && !becomesSerial && table.kind !== "foreign table") steps.push(...advanceSequence(id, byDefault, context));
    if (changed.has("nullable")) {
      const own = notNullOf(context.expected, table, column.name);
      if (!column.nullable && own?.validated !== false && context.hasNulls(id))
        return { cannot: "rows have no value in the column: they need a backfill before it can be NOT NULL" };
      if (column.nullable) steps.push(...removeNotNull(table, column.name, context));
      else if (own === undefined && !isNotNullOfParent(context.expected, table, column))
        steps.push({ sql: `${alter} set not null`, warning: "reads the whole table under an ACCESS EXCLUSIVE lock" });
    }
    if (changed.has("identity") && column.identity !== undefined) steps.push(...changeToIdentity(id, column.identity, context));
    if (changed.has("foreign options"))
      steps.push(changeColumnOptions(table.id, column.name, found.foreignOptions ?? [], column.foreignOptions ?? []));
    steps.push(...alterColumnSettings(column, changed, alter, context.actual.catalog.server.major));
    return steps;
  },
  dependentsToDrop: (_id, differences) =>
    differences.some(({ property }) => property === "type" || property === "collation") ? "all" : undefined,
  isUnchanged(id, differences, { actual }) {
    const { table, column } = actual.column(id);
    const changesExpression = differences.some(({ property }) => property === "generated" || property === "virtual");
    if (column.generated !== undefined || changesExpression) return isGeneratedAs(table.id, column);
    return differences.some(({ property }) => property === "type") ? isOfType(table.id, column) : undefined;
  },
};

/**
 * Whether the default can differ from row to row, so that Postgres writes every row when the column is added. `now()` is
 * the same for the whole statement; any other call counts (PostgreSQL documentation, ALTER TABLE, notes).
 */
function isPerRow(text: string): boolean {
  return text.replaceAll(/\bnow\(\)/g, "").includes("(");
}

/** The default of a column is handled as an object of its own: it can block the drop of a function or sequence. */
export const defaults: ObjectRepair = {
  create(id, context) {
    const { table, column } = context.expected.column(id);
    const text = defaultOf(id, context);
    return text === undefined ? [] : toStatements(`alter table ${table.id} alter column ${quoted(column.name)} set default ${text}`);
  },
  drop(id, { actual, expected }) {
    const { table, column } = actual.column(id);
    const drop = `alter table ${table.id} alter column ${quoted(column.name)} drop default`;
    const { identity, generated } = expected.findColumn(id) ?? {};
    // Postgres refuses the statement on an identity column and on a generated column, which a second run finds.
    return toStatements((identity ?? generated) ? guarded(isOrdinary(table.id, column.name), drop) : drop);
  },
  alter: () => "recreate",
};

/** SQL condition: the column is neither an identity column nor generated. */
function isOrdinary(table: string, column: string): string {
  return `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(table)}) and attname = ${literal(column)}
    and attidentity = '' and attgenerated = '')`;
}

/** SQL condition: the column is generated, or not, as the comparison found it. */
function isGeneratedAs(table: string, { name, generated, virtual }: Column): string {
  const row = `a.attrelid = pg_catalog.to_regclass(${literal(table)}) and a.attname = ${literal(name)}`;
  if (generated === undefined) return `exists (select from pg_catalog.pg_attribute a where ${row} and a.attgenerated = '')`;
  return `exists (select from pg_catalog.pg_attribute a join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where ${row} and a.attgenerated = '${virtual === true ? "v" : "s"}' and pg_catalog.pg_get_expr(d.adbin, d.adrelid) = ${literal(generated)})`;
}

/** SQL condition: the column has this type. */
function isOfType(table: string, { name, type }: Column): string {
  return `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(table)}) and attname = ${literal(name)}
    and pg_catalog.format_type(atttypid, atttypmod) = ${literal(type)})`;
}

/** Postgres computes the values of a generated column again, so that the drop loses no data. */
function regenerated(table: Table, column: Column, found: Column, alter: string, { actual, expected }: RepairContext): Remedy {
  if (column.generated === undefined) return found.virtual === true ? "recreate" : toStatements(`${alter} drop expression if exists`);
  const inPlace =
    actual.catalog.server.major >= 17 &&
    found.generated !== undefined &&
    found.virtual === column.virtual &&
    found.type === column.type &&
    !(column.virtual === true && isCheckedOrPublished(table, actual));
  if (inPlace)
    return [{ sql: `${alter} set expression as (${column.generated})`, warning: column.virtual === true ? undefined : REWRITES }];
  // It is created again with the column of its parent, and cannot be dropped by itself.
  const parents = (table.inherits ?? []).map((parent) => `${parent}.${quoted(column.name)}`);
  const followsParent = parents.some((id) => expected.findColumn(id)?.generated !== actual.findColumn(id)?.generated);
  return followsParent && column.inherited === true && column.own !== true ? [] : "recreate";
}

function retyped({ id: table, kind }: Table, column: Column, found: Column, byDefault: string | undefined): readonly Statement[] {
  const { type, collation, generated } = column;
  const alter = `alter table ${table} alter column ${quoted(column.name)}`;
  // The rows of a foreign table are on its server, which converts them.
  const isForeign = kind === "foreign table";
  // User-defined types have casts to and from text, but rarely to each other.
  const through = type.includes(".") || found.type.includes(".") ? `::text${type.endsWith("[]") ? "[]" : ""}` : "";
  const how = generated === undefined && !isForeign ? ` using ${quoted(column.name)}${through}::${type}` : "";
  const why = isForeign || widens(found.type, type) ? undefined : `the change from ${found.type} to ${type} can cut values or fail on some`;
  const sql = [
    ...(found.default === undefined ? [] : [`${alter} drop default`]),
    `${alter} type ${type}${collation === undefined ? "" : ` collate ${collation}`}${how}`,
    ...(byDefault === undefined ? [] : [`${alter} set default ${byDefault}`]),
  ];
  const steps: readonly Statement[] =
    found.type === type
      ? toStatements(...sql)
      : [{ sql: guarded(isOfType(table, found), ...sql), warning: isForeign ? undefined : REWRITES }];
  // All statements of the change are destructive together: the default alone is of no use.
  return why === undefined ? steps : steps.map((step) => ({ ...step, destructive: why }));
}
