import type { ChangedKind } from "../drift/change.ts";
import { compareText } from "../findings/finding.ts";
import type { Sides } from "./repair-state.ts";
import type { Graph } from "./dependency-graph.ts";
import { lockOf } from "./lock.ts";
import { MADE_KINDS, type MadeKind } from "./objects/registry.ts";
import type { Operation } from "./operation.ts";
import type { Step } from "./step.ts";

/** The operations so that nothing goes while it is needed, and nothing comes before what it needs. */
export function order(operations: readonly Operation[], sides: Pick<Sides, "expected" | "actual">): readonly Step[] {
  const drops = new Map(operations.filter(({ way }) => way === "drop").map((operation) => [operation.key, operation]));
  const makes = new Map(operations.filter(({ way }) => way === "make").map((operation) => [operation.key, operation]));
  const after = new Map<Operation, Set<Operation>>(operations.map((operation) => [operation, new Set()]));
  const precede = (first: Operation | undefined, then: Operation | undefined): void => {
    if (first !== undefined && then !== undefined && first !== then) after.get(then)?.add(first);
  };
  for (const key of drops.keys()) {
    const operation = placeOf(key, drops, sides.actual);
    precede(operation, makes.get(key));
    for (const needed of sides.actual.needs(key)) {
      precede(operation, placeOf(needed, drops, sides.actual));
      precede(operation, makes.get(needed));
    }
    for (const { key: dependent } of sides.actual.dependents(key)) {
      // A publication loses a dropped table by itself, and may have to wait for the new one; a column in its list it holds.
      if (dependent.startsWith("publication ") && operation?.kind !== "column") continue;
      precede(placeOf(dependent, drops, sides.actual) ?? placeOf(dependent, makes, sides.actual), operation);
    }
  }
  for (const [key, operation] of makes) {
    for (const needed of needsOf(operation, key, sides.expected)) precede(placeOf(needed, makes, sides.expected), operation);
  }
  return sorted(operations, after).flatMap(stepsOf);
}

/** Where an object comes or goes: by itself, or with the whole that it is a part of. */
function placeOf(key: string, operations: ReadonlyMap<string, Operation>, graph: Graph): Operation | undefined {
  const own = operations.get(key);
  if (own !== undefined) return own.along === undefined ? own : placeOf(own.along, operations, graph);
  const { kind, id } = graph.node(key);
  const wholes =
    kind === "default" ? [`column ${id}`] : kind === "column" ? graph.needs(key).filter((one) => one.startsWith("table ")) : [];
  return wholes.map((whole) => placeOf(whole, operations, graph)).find((operation) => operation !== undefined);
}

/** A sequence comes before the column that counts with it, and is given to that column afterwards; an identity's is its column's. */
function needsOf({ kind, id }: Operation, key: string, graph: Graph): readonly string[] {
  if (kind === "sequence") return graph.needs(key).filter((one) => !one.startsWith("column ") || isIdentity(one, graph));
  if (kind === "ownership") return [`sequence ${id}`, ...graph.needs(`sequence ${id}`)];
  if (kind === "column") return [...graph.needs(key), ...graph.needs(`default ${id}`)];
  if (kind === "domain")
    return [key, ...graph.parts(key).map((part) => `${part.kind} ${part.id}`)].flatMap(graph.needs).filter((one) => one !== key);
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

/** Drops before makes, then by kind and name; in a circle, which Postgres could not have made at once, the first goes first. */
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

/** Keeps a list in its order, found by halves: a schema may have ten thousands of objects. */
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

function rank({ kind, way }: Operation): number {
  const at = MADE_KINDS.indexOf(kind);
  return way === "drop" ? MADE_KINDS.length - at : 2 * MADE_KINDS.length + at;
}

/** What people know a pseudo-kind by. */
const KNOWN: Partial<Record<MadeKind, ChangedKind>> = { default: "column", ownership: "sequence" };

function stepsOf({ kind, id, statements, causes }: Operation): readonly Step[] {
  return statements.map((statement) => ({
    ...statement,
    kind: KNOWN[kind] ?? (kind as ChangedKind),
    object: id,
    lock: lockOf(statement.sql),
    causes: [...causes],
  }));
}
