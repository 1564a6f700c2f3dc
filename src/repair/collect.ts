import type { Change } from "../drift/change.ts";
import { keyOfChange } from "../drift/facts.ts";
import { disturb, drop } from "./drop.ts";
import { create, createParts } from "./create.ts";
import { type Ledger, openLedger, realKey, type Sides } from "./repair-state.ts";
import { MAKERS } from "./objects/registry.ts";
import type { Making } from "./repair-context.ts";
import type { Operation } from "./operation.ts";
import { guarded, isStatements, type Remedy } from "./step.ts";

export interface Work {
  readonly operations: readonly Operation[];
  /** Changes that can't be made, with the reason. When there are any, the operations are not worth a look. */
  readonly refused: ReadonlyMap<string, string>;
}

/** All that has to be done for the changes: each object that they name, its parts, and what stands in the way. */
export function gather(changes: readonly Change[], sides: Sides, making: Making): Work {
  const ledger = openLedger(changes, sides, making);
  // What is changed in place is entered first: whether it stands in another's way depends on that.
  const remedies = new Map(changes.flatMap((change) => (change.change === "different" ? [[change, alter(ledger, change)] as const] : [])));
  for (const change of changes) {
    const remedy = remedies.get(change);
    if (remedy === undefined) enter(ledger, change);
    else rework(ledger, change, remedy);
  }
  const conditions = new Map([...remedies.keys()].map((change) => [keyOfChange(change), isOld(change, making)]));
  return {
    operations: [...[...ledger.drops.values()].map((each) => once(each, conditions)), ...ledger.makes.values()],
    refused: ledger.refused,
  };
}

/** Enters what changes an object in place, or the reason against it. */
function alter({ makes, altered, refused, making }: Ledger, change: Change): Remedy {
  const { kind, object, differences } = change;
  const remedy = MAKERS[kind].alter(object, differences, making);
  if (isStatements(remedy)) {
    const key = realKey(making.actual, change);
    makes.set(key, { key, kind, id: object, way: "make", statements: remedy, causes: new Set([keyOfChange(change)]) });
    altered.add(key);
  } else if (remedy !== "recreate") refused.set(keyOfChange(change), remedy.cannot);
  return remedy;
}

/** Enters a missing or an extra object. What the other side has from a parent comes and goes with that parent. */
function enter(ledger: Ledger, change: Change): void {
  const { sides, making } = ledger;
  const { kind, object } = change;
  if (change.change === "extra") {
    const key = realKey(making.actual, change);
    if (!sides.everything.expected.facts.has(key)) drop(ledger, key, keyOfChange(change));
    return;
  }
  const key = realKey(making.expected, change);
  // A sequence may be there and go with a column on one side alone.
  if (kind === "sequence" || !sides.everything.actual.facts.has(key)) create(ledger, key, { kind, id: object }, keyOfChange(change));
}

/** Enters what has to go and come for an object's change. */
function rework(ledger: Ledger, change: Change, remedy: Remedy): void {
  const { making } = ledger;
  const { kind, object, differences } = change;
  const cause = keyOfChange(change);
  if (remedy === "recreate") {
    drop(ledger, realKey(making.actual, change), cause);
    create(ledger, realKey(making.expected, change), { kind, id: object }, cause);
  }
  const mode = isStatements(remedy) ? MAKERS[kind].disturbs?.(object, differences, making) : undefined;
  if (mode === undefined) return;
  disturb(ledger, realKey(making.actual, change), mode, cause);
  // A type made anew has lost its rights and its comment.
  if (mode === "but columns") createParts(ledger, realKey(making.expected, change), cause);
}

/** A condition in SQL: the first run hasn't made the change yet. */
function isOld({ kind, object, differences }: Change, making: Making): string | undefined {
  return MAKERS[kind].isOld?.(object, differences, making);
}

/** A drop for the sake of changes of which each can be told to be done: then it is not repeated. */
function once(operation: Operation, conditions: ReadonlyMap<string, string | undefined>): Operation {
  const told = [...operation.causes].map((cause) => conditions.get(cause));
  if (told.length === 0 || told.some((condition) => condition === undefined)) return operation;
  const statements = operation.statements.map((statement) =>
    statement.sql.startsWith("do ") ? statement : { ...statement, sql: guarded(told.join("\n    or "), statement.sql) },
  );
  return { ...operation, statements };
}
