import { recreate } from "./create.ts";
import { convertColumn, isConvertible } from "./convert-columns.ts";
import { CONVERTED, HOLD_DATA, isGenerated, isOfExtra, isUnusedType, type RepairState, TYPES, wholesOf } from "./repair-state.ts";
import { OBJECT_REPAIRS, type RepairKind } from "./objects/registry.ts";
import type { Dependents } from "./repair-context.ts";

/** Kinds that Postgres rebuilds itself when the type of a column changes. */
const REBUILT: readonly RepairKind[] = ["index", "constraint", "default", "sequence", "statistics", "comment", "grant"];

/** Kinds that a column keeps while it has another type. */
const LEFT: readonly RepairKind[] = ["default", "sequence", "statistics", "comment", "grant"];

/** How to keep the values of a type that offshoot cannot convert: what the new ones are is not part of a schema. */
const BY_HAND =
  ". By hand: create the type under another name, convert with `alter table … alter column … type … using …`, drop it and rename the new one";

/** Adds an object that must be dropped, and its dependents. It needs no statement if `droppedWith` is set: the drop of that object also drops this one. */
export function drop(state: RepairState, key: string, cause: string, droppedWith?: string): void {
  const { drops, creates, altered, sides, context } = state;
  if (drops.has(key)) return addCause(state, key, cause);
  const node = sides.actual.node(key);
  const statements = droppedWith === undefined ? OBJECT_REPAIRS[node.kind].drop(node.id, context) : [];
  const causes = new Set([cause, ...(altered.has(key) ? (creates.get(key)?.causes ?? []) : [])]);
  drops.set(key, { ...node, action: "drop", statements, droppedWith, causes });
  for (const edge of sides.actual.dependents(key)) dropDependent(state, edge.key, edge.blocks, key, cause);
}

/** Adds a change to the causes of an object that is dropped already, and of all its dependents. */
function addCause(state: RepairState, key: string, cause: string): void {
  const { drops, creates, sides } = state;
  const known = drops.get(key);
  if (known === undefined || known.causes.has(cause)) return;
  known.causes.add(cause);
  creates.get(key)?.causes.add(cause);
  for (const edge of sides.actual.dependents(key)) addCause(state, edge.key, cause);
}

/** Adds the drop of a dependent of `on`, which is dropped, and creates the dependent again if it is expected. */
function dropDependent(state: RepairState, key: string, blocks: boolean, on: string, cause: string): void {
  const { drops, altered, refused, sides } = state;
  if (drops.has(key)) return addCause(state, key, cause);
  if (isDroppedAnyway(state, key)) return;
  const { kind, id } = sides.actual.node(key);
  // A column that is converted loses its default with that.
  if (kind === "default" && (isConvertible(state, `column ${id}`, on) || isAlteredBefore(state, id, on))) return;
  // The publication only loses the table.
  if (kind === "publication" && altered.has(key)) return;
  // An object that holds data is altered before `on` is dropped. Any other object is dropped and created again.
  const needsIt = sides.expected.needs(key).includes(on);
  if (altered.has(key) && !needsIt && (HOLD_DATA.includes(kind) || kind === "default")) return;
  const isExtra = isOfExtra(state, key);
  const isDroppedAlong = !blocks && kind !== "publication" && (kind === "sequence" || !HOLD_DATA.includes(kind));
  const isPart = isDroppedAlong || isExtra || wholesOf(state, key).includes(on);
  if (!isPart && isConvertible(state, key, on)) return convert(state, key, on, cause);
  const isKept = HOLD_DATA.includes(kind) && !isGenerated(state, key) && !isUnusedType(state, key);
  if (!isPart && isKept && !CONVERTED.includes(kind)) {
    const needed = sides.actual.node(on);
    const byHand = TYPES.includes(needed.kind) ? BY_HAND : "";
    return void refused.set(cause, `${kind} ${id} needs the ${needed.kind} ${needed.id}, which must be dropped and created again${byHand}`);
  }
  // Two tables that are dropped can reference each other.
  const isForeignKey = kind === "constraint" && blocks;
  const whole = wholesOf(state, key).find((one) => isOfExtra(state, one));
  const isDroppedWith = isPart && !isForeignKey && drops.get(on)?.isConverted !== true;
  drop(state, key, cause, isDroppedWith ? (whole ?? on) : undefined);
  recreate(state, key, cause, isExtra);
}

/** Adds the column to those that are text while their type is dropped, and drops what depends on its type. */
function convert(state: RepairState, key: string, type: string, cause: string): void {
  const { sides, context } = state;
  convertColumn(state, key, type, cause);
  for (const edge of sides.actual.dependents(key)) {
    const { kind, id } = sides.actual.node(edge.key);
    // The NOT NULL of a column stays with it.
    const isNotNull = kind === "constraint" && context.actual.find("constraints", id) === undefined;
    if (!LEFT.includes(kind) && !isNotNull) dropDependent(state, edge.key, edge.blocks, key, cause);
  }
}

/** Whether the change of the column replaces its default, which needs an object that is only dropped. */
function isAlteredBefore({ altered, creates, extra, sides, context }: RepairState, column: string, on: string): boolean {
  const key = `column ${column}`;
  const wanted = context.expected.findColumn(column);
  if (!altered.has(key) || !extra.has(on) || creates.has(on) || wanted === undefined || wanted.generated !== undefined) return false;
  return !sides.expected.needs(`default ${column}`).includes(on);
}

/** Whether an object is extra, or is the default of a column that is dropped. */
function isDroppedAnyway(state: RepairState, key: string): boolean {
  const { kind, id } = state.sides.actual.node(key);
  return state.extra.has(key) || (kind === "default" && (state.drops.has(`column ${id}`) || isOfExtra(state, `column ${id}`)));
}

/** Adds the drops of the dependents that Postgres does not allow on a column whose type changes, or on a type that is created again. */
export function dropDependents(state: RepairState, key: string, mode: Dependents, cause: string): void {
  const isOfColumn = mode === "all" || mode === "all with foreign keys";
  for (const edge of state.sides.actual.dependents(key)) {
    const { kind } = state.sides.actual.node(edge.key);
    const isColumn = kind === "column" && !isGenerated(state, edge.key);
    // A composite type is altered with the type of its attribute.
    if (!isOfColumn && kind === "composite") dropDependents(state, edge.key, "of columns", cause);
    else if (!isOfColumn && isColumn) dropDependents(state, edge.key, mode === "all but columns" ? "all with foreign keys" : "all", cause);
    else if (mode === "of columns") continue;
    else if (mode === "all but columns" ? kind !== "default" && kind !== "grant" && kind !== "comment" : !isRebuilt(state, edge.key, mode))
      dropDependent(state, edge.key, edge.blocks, key, cause);
  }
}

/** A foreign key between columns of one type is not rebuilt, because both columns do not change at the same time. */
function isRebuilt({ sides, context }: RepairState, key: string, mode: Dependents): boolean {
  const { kind, id } = sides.actual.node(key);
  if (!REBUILT.includes(kind)) return false;
  return mode !== "all with foreign keys" || kind !== "constraint" || context.actual.find("constraints", id)?.type !== "foreign key";
}
