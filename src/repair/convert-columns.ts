import { path, quoted } from "../catalog/quote.ts";
import { literal } from "../postgres/identifier.ts";
import type { Node } from "./dependency-graph.ts";
import { widens } from "./objects/widening.ts";
import type { RepairContext } from "./repair-context.ts";
import type { RepairState } from "./repair-state.ts";
import { guarded, type Statement } from "./step.ts";

/**
 * A domain or a range has no statement that changes the type inside it. It is dropped and created again: its columns become
 * text before, and get their type again after it. Whether a column can be converted so.
 */
export function isConvertible({ sides, context }: RepairState, column: string, type: string): boolean {
  const { kind, id } = sides.actual.node(column);
  if (kind !== "column" || !/^(?:domain|range) /.test(type) || !sides.actual.needs(column).includes(type)) return false;
  if (context.expected.findColumn(id) === undefined) return false;
  const { table, column: found } = context.actual.column(id);
  return table.kind !== "foreign table" && table.ofType === undefined && found.generated === undefined && found.identity === undefined;
}

/** Adds what makes the column text before its type is dropped, and gives it its type again. A child table's column follows its parent's. */
export function convertColumn({ drops, creates, altered, sides, context }: RepairState, key: string, type: string, cause: string): void {
  const { id } = sides.actual.node(key);
  if (context.actual.findColumn(id)?.inherited === true) return;
  const known = creates.get(key);
  const statements = [asText(id, context)];
  drops.set(key, { key, kind: "column", id, action: "drop", statements, isConverted: true, causes: new Set([cause]) });
  const back = [asBefore(id, lossOf(sides.actual.node(type), context), context), ...(known?.statements ?? [])];
  creates.set(key, { key, kind: "column", id, action: "create", statements: back, causes: new Set([cause, ...(known?.causes ?? [])]) });
  altered.delete(key);
}

function asText(id: string, { actual }: RepairContext): Statement {
  const { table, column } = actual.column(id);
  const name = quoted(column.name);
  return {
    sql: `alter table ${path(table.schema, table.name)} alter column ${name} drop default, alter column ${name} type text using ${name}::text`,
    warning: "rewrites the table under an ACCESS EXCLUSIVE lock, and again when the column gets its type back",
  };
}

function asBefore(id: string, destructive: string | undefined, { expected }: RepairContext): Statement {
  const { table, column } = expected.column(id);
  const [of, name] = [path(table.schema, table.name), quoted(column.name)];
  const collated = column.collation === undefined ? "" : ` collate ${column.collation}`;
  const changes = [
    `alter column ${name} type ${column.type}${collated} using ${name}::${column.type}`,
    ...(column.default === undefined ? [] : [`alter column ${name} set default ${column.default}`]),
  ];
  const isText = `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(of)})
    and attname = ${literal(column.name)} and not attisdropped and atttypid = 'text'::regtype)`;
  return { sql: guarded(isText, `alter table ${of} ${changes.join(", ")}`), destructive };
}

/** The same type inside, such as an enum with other labels, keeps every value or fails. */
function lossOf({ kind, id }: Node, { actual, expected }: RepairContext): string | undefined {
  const [found = "", wanted = ""] =
    kind === "domain"
      ? [actual.find("domains", id)?.type, expected.find("domains", id)?.type]
      : [actual.find("ranges", id)?.subtype, expected.find("ranges", id)?.subtype];
  return widens(found, wanted) ? undefined : `the change from ${found} to ${wanted} can cut values or fail on some`;
}
