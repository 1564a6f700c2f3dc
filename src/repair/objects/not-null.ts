import type { Column } from "../../catalog/columns.ts";
import type { Constraint } from "../../catalog/constraints.ts";
import type { Table } from "../../catalog/relations.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Lookup } from "../lookup.ts";
import type { RepairContext } from "../repair-context.ts";
import { guarded, type Statement } from "../step.ts";

const VALIDATE = "reads the whole table, under a lock that allows reads and writes";

/** The constraint of a `NOT NULL` that is not valid or not inherited. Others have no object of their own (PostgreSQL 18). */
export function notNullOf({ catalog }: Lookup, table: Table, column: string): Constraint | undefined {
  return catalog.constraints.find(
    ({ type, schema, table: of, columns = [] }) =>
      type === "not null" && of === table.name && schema === table.schema && columns.includes(column),
  );
}

/** Adds the constraint. A `NOT NULL` that the column has already would stay as it is, so it is removed first. */
export function addNotNull(constraint: Constraint, { actual }: RepairContext): readonly Statement[] {
  const { schema, table, name, definition, columns: [column = ""] = [] } = constraint;
  const id = path(schema, table);
  const exists = `select from pg_catalog.pg_constraint where conrelid = pg_catalog.to_regclass(${literal(id)})
    and conname = ${literal(name)} and pg_catalog.pg_get_constraintdef(oid) = ${literal(definition)}`;
  const isNotNull = actual.findColumn(path(schema, table, column))?.nullable === false;
  const remove = isNotNull ? [`alter table ${id} alter column ${quoted(column)} drop not null`] : [];
  return [{ sql: guarded(`not exists (${exists})`, ...remove, `alter table ${id} add constraint ${quoted(name)} ${definition}`) }];
}

/** Turns a `NOT NULL` that an interrupted migration left into an ordinary one. Undefined if an ordinary one is not expected. */
export function completeNotNull(constraint: Constraint, { expected }: RepairContext): readonly Statement[] | undefined {
  const { type, schema, table, name, definition, validated, columns: [column = ""] = [] } = constraint;
  const wanted = expected.find("tables", path(schema, table));
  const isExpected = wanted?.columns.find((one) => one.name === column)?.nullable === false;
  if (type !== "not null" || wanted === undefined || !isExpected || notNullOf(expected, wanted, column) !== undefined) return undefined;
  const alter = `alter table ${wanted.id}`;
  const inherit = / NO INHERIT\b/.test(definition) ? [{ sql: `${alter} alter constraint ${quoted(name)} inherit` }] : [];
  const validate = { sql: `${alter} validate constraint ${quoted(name)}`, alone: true, warning: VALIDATE } as const;
  return validated ? inherit : [...inherit, validate];
}

/**
 * Removes `NOT NULL`. Postgres removes it from the tables that inherit the column too, so it is set again where it is
 * expected. If a parent loses it, the parent's statement removes it here.
 */
export function removeNotNull(table: Table, column: string, { expected, actual }: RepairContext): readonly Statement[] {
  const found = actual.find("tables", table.id);
  const isInherited = found !== undefined && inheritsNotNull(actual, found, column) && !inheritsNotNull(expected, table, column);
  if (isInherited) return [];
  const keeps = heirsOf(expected, table).filter((heir) => heir.columns.some(({ name, nullable }) => name === column && !nullable));
  const alter = (id: string): string => `alter table ${id} alter column ${quoted(column)}`;
  return [
    { sql: `${alter(table.id)} drop not null` },
    ...keeps.map((heir) => ({ sql: `${alter(heir.id)} set not null`, warning: "reads the whole table under an ACCESS EXCLUSIVE lock" })),
  ];
}

/** Whether the parents of a table give the column its NOT NULL, and the table does not declare it. Before PostgreSQL 18, that is not recorded. */
export function isNotNullOfParent(side: Lookup, table: Table, { name, nullable, inherited, ownNotNull }: Column): boolean {
  const isRecorded = side.catalog.server.major >= 18 && inherited === true && !nullable && ownNotNull !== true;
  return isRecorded && inheritsNotNull(side, table, name);
}

function inheritsNotNull(side: Lookup, { inherits = [] }: Table, column: string): boolean {
  return inherits.some((id) => {
    const parent = side.find("tables", id);
    const isNotNull = parent?.columns.some(({ name, nullable }) => name === column && !nullable) === true;
    const own = parent === undefined ? undefined : notNullOf(side, parent, column);
    return isNotNull && !/ NO INHERIT\b/.test(own?.definition ?? "");
  });
}

/** The tables that inherit from a table, and those that inherit from them. */
function heirsOf({ catalog }: Lookup, { id }: Table): readonly Table[] {
  const found = new Set([id]);
  const heirs: Table[] = [];
  for (let known = 0; known < found.size;) {
    known = found.size;
    for (const table of catalog.tables) {
      if (found.has(table.id) || !table.inherits?.some((parent) => found.has(parent))) continue;
      found.add(table.id);
      heirs.push(table);
    }
  }
  return heirs;
}
