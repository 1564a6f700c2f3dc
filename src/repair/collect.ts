import { type Change, keyOfChange } from "../drift/change.ts";
import { drop, dropDependents } from "./drop.ts";
import { changeOwnership, create, createParts } from "./create.ts";
import { type Operation, realKey, type RepairState, type Sides, startState } from "./repair-state.ts";
import { OBJECT_REPAIRS } from "./objects/registry.ts";
import { isSequenceOfIdentity } from "./relation-names.ts";
import type { RepairContext } from "./repair-context.ts";
import { guarded, isStatements, type Remedy } from "./step.ts";

export interface CollectedWork {
  readonly operations: readonly Operation[];
  /** Changes that cannot be repaired, with the reason. If there are any, the operations must not be used. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The operations for all changes: on the objects that differ, on their parts, and on the dependents that block them. */
export function collect(changes: readonly Change[], sides: Sides, context: RepairContext): CollectedWork {
  const state = startState(changes, sides, context);
  // Objects that are altered come first: whether a dependent must be dropped depends on them.
  const remedies = new Map(changes.flatMap((change) => (change.change === "different" ? [[change, alter(state, change)] as const] : [])));
  for (const change of changes) {
    const remedy = remedies.get(change);
    if (remedy === undefined) addOrRemove(state, change);
    else replace(state, change, remedy);
  }
  const conditions = new Map(changes.map((change) => [keyOfChange(change), isUnchanged(change, context)]));
  return {
    operations: [
      ...[...state.drops.values()].map((each) => (isAlone(each, state) ? each : onlyWhileNeeded(each, conditions))),
      ...state.creates.values(),
    ],
    refused: state.refused,
  };
}

/** Adds the operation that alters an object, or the reason why that is not possible. */
function alter(state: RepairState, change: Change): Remedy {
  const { creates, altered, refused, context } = state;
  const { kind, object, differences } = change;
  const remedy = OBJECT_REPAIRS[kind].alter(object, differences, context);
  if (isStatements(remedy)) {
    const key = realKey(context.actual, change);
    creates.set(key, { key, kind, id: object, action: "create", statements: remedy, causes: new Set([keyOfChange(change)]) });
    altered.add(key);
    if (kind === "sequence") changeOwnership(state, object, keyOfChange(change));
  } else if (remedy !== "recreate") refused.set(keyOfChange(change), remedy.cannot);
  return remedy;
}

/** Adds a missing or an extra object. An object that the other side inherits is created and dropped with its parent. */
function addOrRemove(state: RepairState, change: Change): void {
  const { sides, context } = state;
  const { kind, object } = change;
  if (change.change === "extra") {
    const key = realKey(context.actual, change);
    const isKept = sides.everything.expected.facts.has(key) && !isSequenceOfIdentity(context.expected, key);
    if (!isKept) drop(state, key, keyOfChange(change));
    return;
  }
  const key = realKey(context.expected, change);
  // A sequence can exist on both sides and be owned by a column on one side only.
  if (kind === "sequence" || !sides.everything.actual.facts.has(key)) create(state, key, { kind, id: object }, keyOfChange(change));
}

/** Adds the objects that are dropped and created again because one object changes. */
function replace(state: RepairState, change: Change, remedy: Remedy): void {
  const { context } = state;
  const { kind, object, differences } = change;
  const cause = keyOfChange(change);
  if (remedy === "recreate") {
    drop(state, realKey(context.actual, change), cause);
    create(state, realKey(context.expected, change), { kind, id: object }, cause);
  }
  const mode = isStatements(remedy) ? OBJECT_REPAIRS[kind].dependentsToDrop?.(object, differences, context) : undefined;
  if (mode === undefined) return;
  dropDependents(state, realKey(context.actual, change), mode, cause);
  // A type that was created again has no grants and no comment.
  if (mode === "all but columns") createParts(state, realKey(context.expected, change), cause);
}

/** SQL condition: the first run has not made the change yet. */
function isUnchanged({ kind, object, change, differences }: Change, context: RepairContext): string | undefined {
  if (change === "missing") return undefined;
  if (change === "extra") return OBJECT_REPAIRS[kind].exists?.(object, context);
  return OBJECT_REPAIRS[kind].isUnchanged?.(object, differences, context);
}

/** Whether an extra object is dropped for itself only: `if exists` is enough then. */
function isAlone({ key, causes }: Operation, { extra }: RepairState): boolean {
  return extra.has(key) && causes.size === 1 && causes.has(key);
}

/** Runs a drop only while one of its causes is still to be repaired, when SQL conditions can show that for every cause. */
function onlyWhileNeeded(operation: Operation, conditions: ReadonlyMap<string, string | undefined>): Operation {
  const unchanged = [...operation.causes].map((cause) => conditions.get(cause));
  if (unchanged.length === 0 || unchanged.some((condition) => condition === undefined)) return operation;
  const condition = unchanged.join("\n    or ");
  const statements = operation.statements.map((statement) => {
    if (statement.sql.startsWith("do ")) return statement;
    const { superuser } = statement;
    return { ...statement, sql: guarded(condition, statement.sql), superuser: superuser && { ...superuser, condition } };
  });
  return { ...operation, statements };
}
