import type { Catalog } from "../../catalog/catalog.ts";
import type { Constraint } from "../../catalog/constraints.ts";
import type { Table } from "../../catalog/relations.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Lookup } from "../lookup.ts";
import type { RepairContext } from "../repair-context.ts";
import { isCheckOfParent, parentsWithCheck } from "./own-parts.ts";
import { copiesOn, firedCopy } from "./triggers.ts";
import { guarded, lacksConstraint, type Statement } from "../step.ts";

const READS = "reads the whole table under an ACCESS EXCLUSIVE lock";

/** Removes the parents that are not expected, and adds those that are. */
export function changeParents(table: Table, found: Table, context: RepairContext): readonly Statement[] {
  const [parents, former] = [table.inherits ?? [], found.inherits ?? []];
  const alter = `alter table ${table.id}`;
  if (table.partitionBound !== undefined || found.partitionBound !== undefined)
    return [...detach(table, found), ...attachTo(table), ...copiedFirings(table.id, context)];
  const left = former
    .filter((name) => !parents.includes(name))
    .map((name) => ({ sql: guarded(isChild(table.id, name), `${alter} no inherit ${name}`) }));
  const joined = parents
    .filter((name) => !former.includes(name))
    .flatMap((name) => [...partsOf(name, found, context), joins(table, name, context)]);
  return [...left, ...joined];
}

/**
 * Postgres takes a check that the table must have before for the table's own. If only the parents must declare it, they lose
 * it before and get it again afterwards.
 */
function joins(table: Table, parent: string, { expected, actual }: RepairContext): Statement {
  const all = checksOf(parent, expected).flatMap((check) =>
    isPassedOn(table, check, expected) ? parentsWithCheck(table, check.name, expected).map((of) => ({ ...check, of })) : [],
  );
  const names = [...new Set(all.map(({ name }) => name))];
  const comments = all.flatMap(({ of, name }) => actual.find("comments", `table constraint ${quoted(name)} on ${of}`) ?? []);
  const sql = guarded(
    `not ${isChild(table.id, parent)}`,
    ...all.toReversed().map(({ of, name }) => `alter table ${of} drop constraint if exists ${quoted(name)}`),
    ...names.map((name) => `alter table ${table.id} drop constraint if exists ${quoted(name)}`),
    `alter table ${table.id} inherit ${parent}`,
    ...all.map(({ of, name, definition }) => `alter table ${of} add constraint ${quoted(name)} ${definition}`),
    ...comments.map(({ name, text }) => `comment on constraint ${name} is ${literal(text)}`),
  );
  return { sql, warning: all.length === 0 ? undefined : READS };
}

/** The checks of a table that its children have too. */
function checksOf(table: string, { catalog }: Lookup): Catalog["constraints"] {
  return catalog.constraints.filter(
    ({ of, type, schema, table: name, definition }) =>
      of === "table" && type === "check" && path(schema, name) === table && !/ NO INHERIT\b/.test(definition),
  );
}

/** Whether the child table has the check only from its parents. */
function isPassedOn({ schema, name }: Table, check: Constraint, expected: Lookup): boolean {
  const own = expected.find("constraints", path(schema, name, check.name));
  return own !== undefined && isCheckOfParent(own);
}

/** What the parent passes on, and the table must have before. */
function partsOf(parent: string, found: Table, { expected }: RepairContext): readonly Statement[] {
  const { id, columns } = found;
  const notNull = new Set(expected.find("tables", parent)?.columns.flatMap(({ name, nullable }) => (nullable ? [] : [name])));
  const checks = checksOf(parent, expected).filter((check) => !isPassedOn(found, check, expected));
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

/** A partition that is attached again has new copies of its parents' triggers, which fire as those do, or always on older servers. */
function copiedFirings(id: string, { expected, actual }: RepairContext): readonly Statement[] {
  const within = new Set([id]);
  // A set can grow while it is read.
  for (const one of within) for (const { id: part, inherits = [] } of expected.catalog.tables) if (inherits.includes(one)) within.add(part);
  const kept = expected.catalog.triggers.filter((trigger) => actual.find("triggers", trigger.id) !== undefined);
  return kept.flatMap((trigger) => copiesOn(trigger, within).map(([table, fires]) => firedCopy(table, trigger.name, fires)));
}

function bound(table: string): string {
  return `(select pg_catalog.pg_get_expr(relpartbound, oid) from pg_catalog.pg_class where oid = ${literal(table)}::regclass)`;
}

function isChild(child: string, parent: string): string {
  return `exists (select from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass(${literal(child)})
    and inhparent = pg_catalog.to_regclass(${literal(parent)}))`;
}
