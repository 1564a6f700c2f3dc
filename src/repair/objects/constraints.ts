import type { Constraint } from "../../catalog/constraints.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, type ObjectRepair, type RepairContext } from "../repair-context.ts";
import { addNotNull, completeNotNull } from "./not-null.ts";
import { isCheckOfParent } from "./own-parts.ts";
import { guarded, lacksConstraint, lacksDomainConstraint, type Statement } from "../step.ts";

/** Only these can be added as `not valid`, without a check of the existing rows. */
const VALIDATED_LATER: readonly Constraint["type"][] = ["check", "foreign key"];

const VALIDATE = "reads the whole table, under a lock that allows reads and writes";

export const constraints: ObjectRepair = {
  create(id, context) {
    const constraint = context.expected.get("constraints", id);
    if (constraint.type === "not null") return addNotNull(constraint, context);
    // The check of a parent creates those of its child tables.
    return isCheckOfParent(constraint) ? [] : added(constraint, context);
  },
  drop(id, context) {
    const constraint = context.actual.get("constraints", id);
    const completed = completeNotNull(constraint, context);
    if (completed !== undefined) return completed;
    const ifThere = constraint.of === "table" ? "table if exists" : constraint.of;
    return [{ sql: `alter ${ifThere} ${ownerOf(constraint)} drop constraint if exists ${quoted(constraint.name)}` }];
  },
  isUnchanged(id, _differences, { actual }) {
    const { of, type, name, definition, inherited, own, ...rest } = actual.get("constraints", id);
    const owner = path(rest.schema, rest.table);
    const row =
      of === "table" ? `conrelid = pg_catalog.to_regclass(${literal(owner)})` : `contypid = pg_catalog.to_regtype(${literal(owner)})`;
    const origin = `conislocal = ${inherited !== true || own === true}`;
    const same = `pg_catalog.pg_get_constraintdef(oid) = ${literal(definition)}${of === "table" && type === "check" ? ` and ${origin}` : ""}`;
    return `exists (select from pg_catalog.pg_constraint where ${row} and conname = ${literal(name)} and ${same})`;
  },
  alter(id, differences, context) {
    const { expected, actual } = context;
    const constraint = expected.get("constraints", id);
    const found = actual.get("constraints", id);
    const changed = byProperty(differences);
    const only = (names: readonly string[]): boolean => [...changed.keys()].every((name) => names.includes(name));
    const alter = `alter ${constraint.of} ${ownerOf(constraint)}`;
    if (constraint.type === "check" && only(["inherited", "own"])) {
      return isCheckOfParent(constraint) ? "recreate" : added(constraint, context);
    }
    if (only(["validated", "definition"]) && changed.has("validated") && constraint.validated) {
      const isTheSame = found.definition.replace(/ NOT VALID$/, "") === constraint.definition;
      if (isTheSame) return [{ sql: `${alter} validate constraint ${quoted(constraint.name)}`, alone: true, warning: VALIDATE }];
    }
    const defers = changed.has("deferrable") || changed.has("deferred");
    if (
      constraint.type === "foreign key" &&
      only(["deferrable", "deferred", "definition"]) &&
      defers &&
      sameButDeferral(constraint, found)
    ) {
      const deferrable = constraint.deferrable === true ? "deferrable" : "not deferrable";
      const deferred = constraint.deferred === true ? "initially deferred" : "initially immediate";
      return [{ sql: `${alter} alter constraint ${quoted(constraint.name)} ${deferrable} ${deferred}` }];
    }
    return "recreate";
  },
};

function sameButDeferral(one: Constraint, other: Constraint): boolean {
  return withoutDeferral(one) === withoutDeferral(other);
}

function withoutDeferral({ definition }: Constraint): string {
  return definition.replaceAll(/ (?:NOT )?DEFERRABLE| INITIALLY (?:DEFERRED|IMMEDIATE)/g, "");
}

function added(constraint: Constraint, context: RepairContext): readonly Statement[] {
  const { name, definition, type, validated, of, enforced } = constraint;
  const owner = ownerOf(constraint);
  if (of === "domain" && validated && context.isNew(owner)) return [];
  const table = context.expected.find("tables", owner);
  const alter = `alter ${of} ${owner}`;
  const add = `${alter} add constraint ${quoted(name)} ${definition}`;
  // Postgres merges the table's own check with that of its parent.
  const missing = type === "check" ? lacksConstraint(owner, name, "conislocal") : lacksConstraint(owner, name);
  const condition = of === "domain" ? lacksDomainConstraint(owner, name) : missing;
  // Before PostgreSQL 18, a partitioned table cannot have a foreign key that is not valid.
  const atOnce =
    !validated || enforced === false || !VALIDATED_LATER.includes(type) || table?.kind === "partitioned table" || context.isNew(owner);
  if (atOnce) {
    const builds = (type === "primary key" || type === "unique" || type === "exclusion") && !context.isNew(owner);
    return [{ sql: guarded(condition, add), warning: builds ? "builds its index under an ACCESS EXCLUSIVE lock" : undefined }];
  }
  return [
    { sql: guarded(condition, `${add} not valid`) },
    { sql: `${alter} validate constraint ${quoted(name)}`, alone: true, warning: VALIDATE },
  ];
}

function ownerOf({ schema, table }: Constraint): string {
  return path(schema, table);
}
