import type { Table } from "../../catalog/relations.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { RepairContext } from "../repair-context.ts";
import { guarded, lacksConstraint, type Statement } from "../step.ts";

const READS = "reads the whole table under an ACCESS EXCLUSIVE lock";

/** Removes the parents that are not expected, and adds those that are. */
export function changeParents(table: Table, found: Table, context: RepairContext): readonly Statement[] {
  const [parents, former] = [table.inherits ?? [], found.inherits ?? []];
  const alter = `alter table ${table.id}`;
  if (table.partitionBound !== undefined || found.partitionBound !== undefined) return [...detach(table, found), ...attachTo(table)];
  const left = former
    .filter((name) => !parents.includes(name))
    .map((name) => ({ sql: guarded(isChild(table.id, name), `${alter} no inherit ${name}`) }));
  const joined = parents
    .filter((name) => !former.includes(name))
    .flatMap((name) => [...partsOf(name, found, context), { sql: guarded(`not ${isChild(table.id, name)}`, `${alter} inherit ${name}`) }]);
  return [...left, ...joined];
}

/** What the parent passes on, and the table must have before. */
function partsOf(parent: string, { id, columns }: Table, { expected }: RepairContext): readonly Statement[] {
  const { catalog } = expected;
  const notNull = new Set(expected.find("tables", parent)?.columns.flatMap(({ name, nullable }) => (nullable ? [] : [name])));
  const checks = catalog.constraints.filter(
    ({ of, type, schema, table, definition }) =>
      of === "table" && type === "check" && path(schema, table) === parent && !/ NO INHERIT\b/.test(definition),
  );
  return [
    ...columns
      .filter(({ name, nullable }) => nullable && notNull.has(name))
      .map(({ name }) => ({ sql: `alter table ${id} alter column ${quoted(name)} set not null`, warning: READS })),
    ...checks.map(({ name, definition }) => ({
      sql: guarded(lacksConstraint(id, name), `alter table ${id} add constraint ${quoted(name)} ${definition}`),
      warning: READS,
    })),
  ];
}

function detach(table: Table, { inherits: [parent] = [], partitionBound }: Table): readonly Statement[] {
  if (parent === undefined || partitionBound === undefined) return [];
  const wrong = `${isChild(table.id, parent)} and ${bound(table.id)} is distinct from ${literal(table.partitionBound ?? "")}`;
  return [{ sql: guarded(wrong, `alter table ${parent} detach partition ${table.id}`) }];
}

function attachTo({ id, inherits: [parent] = [], partitionBound }: Table): readonly Statement[] {
  if (parent === undefined || partitionBound === undefined) return [];
  const attach = `alter table ${parent} attach partition ${id} ${partitionBound}`;
  return [{ sql: guarded(`not ${isChild(id, parent)}`, attach), warning: "reads the partition under an ACCESS EXCLUSIVE lock" }];
}

function bound(table: string): string {
  return `(select pg_catalog.pg_get_expr(relpartbound, oid) from pg_catalog.pg_class where oid = ${literal(table)}::regclass)`;
}

function isChild(child: string, parent: string): string {
  return `exists (select from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass(${literal(child)})
    and inhparent = pg_catalog.to_regclass(${literal(parent)}))`;
}
