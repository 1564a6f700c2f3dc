import type { ChangedKind } from "../drift/change.ts";
import { compareText } from "../findings/order.ts";
import type { Operation, Sides } from "./repair-state.ts";
import { ancestorsOf, type Graph } from "./dependency-graph.ts";
import { CREATION_ORDER, type RepairKind } from "./objects/registry.ts";

import { lockOf, type Step } from "./step.ts";

/** Sorts the operations: an object is dropped after its dependents, and created after the objects that it needs. */
export function order(operations: readonly Operation[], sides: Pick<Sides, "expected" | "actual">): readonly Step[] {
  const drops = new Map(operations.filter(({ action }) => action === "drop").map((operation) => [operation.key, operation]));
  const creates = new Map(operations.filter(({ action }) => action === "create").map((operation) => [operation.key, operation]));
  const after = new Map<Operation, Set<Operation>>(operations.map((operation) => [operation, new Set()]));
  const precede = (first: Operation | undefined, then: Operation | undefined): void => {
    if (first !== undefined && then !== undefined && first !== then) after.get(then)?.add(first);
  };
  for (const key of drops.keys()) {
    const operation = placeOf(key, drops, sides.actual);
    precede(operation, creates.get(key));
    for (const needed of sides.actual.needs(key.replace(/^ownership /, "sequence "))) {
      precede(operation, placeOf(needed, drops, sides.actual));
      // The column of a serial sequence loses its default before the sequence is dropped.
      const hasDefault = operation?.kind === "sequence" && sides.actual.needs(needed.replace(/^column /, "default ")).includes(key);
      if (!hasDefault) precede(operation, creates.get(needed));
    }
    for (const { key: dependent } of sides.actual.dependents(key)) {
      // Postgres removes a dropped table from a publication, which may have to wait for the new table. A column in its list blocks the drop.
      if (dependent.startsWith("publication ") && operation?.kind !== "column") continue;
      // A column that becomes an identity column continues the values of the sequence of its default.
      if (operation?.kind === "sequence") precede(creates.get(dependent.replace(/^default /, "column ")), operation);
      precede(placeOf(dependent, drops, sides.actual) ?? placeOf(dependent, creates, sides.actual), operation);
    }
  }
  for (const [key, operation] of creates) {
    for (const needed of needsOf(operation, key, sides.expected)) precede(placeOf(needed, creates, sides.expected), operation);
    // An identity sequence of the same name is dropped together with the identity of its column.
    const identities = operation.kind === "sequence" ? sides.actual.needs(key).filter((one) => isIdentity(one, sides.actual)) : [];
    for (const column of identities) {
      const usesIt = sides.expected.needs(column.replace(/^column /, "default ")).includes(key);
      if (!usesIt) precede(placeOf(column, drops, sides.actual) ?? creates.get(column), operation);
    }
  }
  // A column that a child table declares too is created before that of its parent, and stays when the parent loses it.
  for (const operation of operations.filter(({ kind }) => kind === "column")) {
    const { key, action } = operation;
    for (const parent of parentsOfColumn(key, sides.expected)) if (action === "create") precede(operation, creates.get(parent));
    for (const parent of parentsOfColumn(key, sides.actual)) {
      if (action === "create") precede(operation, drops.get(parent));
      else precede(drops.get(parent), operation);
    }
  }
  return sorted(operations, after).flatMap(stepsOf);
}

/** The same column of the parent tables. */
function parentsOfColumn(key: string, { facts }: Graph): readonly string[] {
  const fact = facts.get(key);
  const table = fact?.partOf.map((whole) => facts.get(whole)).find((whole) => whole !== undefined);
  if (fact === undefined || table === undefined) return [];
  return ancestorsOf(table, facts).map((ancestor) => `column ${ancestor}${fact.id.slice(table.id.length)}`);
}

/** The operation that creates or drops an object: its own, or that of the object that it belongs to. */
function placeOf(key: string, operations: ReadonlyMap<string, Operation>, graph: Graph): Operation | undefined {
  const own = operations.get(key);
  if (own !== undefined) return own.droppedWith === undefined ? own : placeOf(own.droppedWith, operations, graph);
  const { kind, id } = graph.node(key);
  const wholes =
    kind === "default" ? [`column ${id}`] : kind === "column" ? graph.needs(key).filter((one) => one.startsWith("table ")) : [];
  return wholes.map((whole) => placeOf(whole, operations, graph)).find((operation) => operation !== undefined);
}

/** The objects that an operation needs. A sequence is created before its column, which becomes its owner afterwards. An identity sequence is created with its column. */
function needsOf({ kind, id }: Operation, key: string, graph: Graph): readonly string[] {
  if (kind === "sequence") return graph.needs(key).filter((one) => !one.startsWith("column ") || isIdentity(one, graph));
  if (kind === "ownership") return [`sequence ${id}`, ...graph.needs(`sequence ${id}`)];
  if (kind === "column") return [...graph.needs(key), ...graph.needs(`default ${id}`)];
  if (kind === "domain")
    return [key, ...graph.parts(key).map((part) => `${part.kind} ${part.id}`)].flatMap(graph.needs).filter((one) => one !== key);
  // The index of a constraint can need an operator class that the constraint itself does not.
  if (kind === "constraint") {
    const indexes = graph.parts(key).filter((part) => part.kind === "index");
    return [key, ...indexes.map((part) => `index ${part.id}`)].flatMap(graph.needs).filter((one) => one !== key);
  }
  if (kind !== "table") return graph.needs(key);
  const columns = graph.parts(key).filter((part) => part.kind === "column");
  return [
    ...graph.needs(key),
    ...columns.flatMap((column) => [...graph.needs(`column ${column.id}`), ...graph.needs(`default ${column.id}`)]),
  ];
}

function isIdentity(column: string, graph: Graph): boolean {
  return graph.facts.get(column)?.properties["identity"] !== undefined;
}

/** Drops come before creates; then the order is by kind and name. In a circle, which Postgres cannot create in one statement, the first one comes first. */
function sorted(operations: readonly Operation[], after: ReadonlyMap<Operation, ReadonlySet<Operation>>): readonly Operation[] {
  const places = new Map(
    operations.toSorted((a, b) => rank(a) - rank(b) || compareText(a.id, b.id)).map((operation, at) => [operation, at]),
  );
  const waitsFor = new Map([...after].map(([operation, firsts]) => [operation, firsts.size]));
  const followers = new Map<Operation, Operation[]>(operations.map((operation) => [operation, []]));
  for (const [operation, firsts] of after) for (const first of firsts) followers.get(first)?.push(operation);
  const waiting = new Set(places.keys());
  const ready: Operation[] = [...waiting].filter((operation) => waitsFor.get(operation) === 0);
  const result: Operation[] = [];
  const place = (operation: Operation): number => places.get(operation) ?? 0;
  while (waiting.size > 0) {
    const next = ready.shift() ?? [...waiting][0];
    if (next === undefined || !waiting.delete(next)) continue;
    result.push(next);
    for (const follower of followers.get(next) ?? []) {
      const left = (waitsFor.get(follower) ?? 0) - 1;
      waitsFor.set(follower, left);
      if (left === 0) insert(ready, follower, place);
    }
  }
  return result;
}

/** Inserts into a sorted list, with a binary search: a schema can have tens of thousands of objects. */
function insert(list: Operation[], item: Operation, place: (operation: Operation) => number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = list[middle];
    if (other !== undefined && place(other) < place(item)) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, item);
}

function rank({ kind, action }: Operation): number {
  const at = CREATION_ORDER.indexOf(kind);
  return action === "drop" ? CREATION_ORDER.length - at : 2 * CREATION_ORDER.length + at;
}

/** The kind that is shown for a kind that exists only in the repair. */
const SHOWN: Partial<Record<RepairKind, ChangedKind>> = { default: "column", ownership: "sequence" };

function stepsOf({ kind, id, statements, causes }: Operation): readonly Step[] {
  return statements.map((statement) => ({
    ...statement,
    kind: SHOWN[kind] ?? (kind as ChangedKind),
    object: id,
    lock: lockOf(statement.sql),
    causes: [...causes],
  }));
}
