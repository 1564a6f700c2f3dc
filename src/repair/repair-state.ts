import type { Change } from "../drift/change.ts";
import type { Graph, Node } from "./dependency-graph.ts";
import { type Lookup, realName } from "./lookup.ts";
import type { RepairKind } from "./objects/registry.ts";
import type { RepairContext } from "./repair-context.ts";
import type { Statement } from "./step.ts";

/** One action on one object: a node of the order. */
export interface Operation extends Node {
  /** An object that is dropped and created again has two operations: its dependents are handled between them. */
  readonly action: "drop" | "create";
  readonly statements: readonly Statement[];
  /** Key of the object whose drop also drops this one. */
  readonly droppedWith?: string | undefined;
  /** Set for a column that only has another type for a time: what depends on it is dropped by itself. */
  readonly isConverted?: true;
  /** The changes that need this operation. */
  readonly causes: Set<string>;
}

/** The dependency graphs of both databases, limited to the objects that are compared. */
export interface Sides {
  readonly expected: Graph;
  readonly actual: Graph;
  /** The graphs with the objects that are not compared, such as the indexes that a partition inherits. */
  readonly everything: { readonly expected: Graph; readonly actual: Graph };
}

/** The operations that were collected so far, and what is needed to collect more. */
export interface RepairState {
  readonly sides: Sides;
  readonly context: RepairContext;
  /** By key of the object. */
  readonly drops: Map<string, Operation>;
  readonly creates: Map<string, Operation>;
  /** Objects that exist and are altered: their operation in `creates` alters them. */
  readonly altered: Set<string>;
  /** Objects that exist and are not expected. */
  readonly extra: ReadonlySet<string>;
  /** Changes that cannot be repaired, by `keyOfChange`, with the reason. */
  readonly refused: Map<string, string>;
}

/** Kinds that hold data, or belong to objects that do. They are never dropped and created again because of another object. */
export const HOLD_DATA: readonly RepairKind[] = [
  "table",
  "column",
  "sequence",
  "schema",
  "extension",
  "enum",
  "domain",
  "composite",
  "range",
  "foreign server",
];

export function startState(changes: readonly Change[], sides: Sides, context: RepairContext): RepairState {
  const extra = changes.filter(({ change }) => change === "extra").map((change) => realKey(context.actual, change));
  return { sides, context, drops: new Map(), creates: new Map(), altered: new Set(), extra: new Set(extra), refused: new Map() };
}

/** The key of an object in the dependency graph. */
export function realKey(side: Lookup, item: { readonly kind: RepairKind; readonly id?: string; readonly object?: string }): string {
  const id = item.id ?? item.object ?? "";
  return `${item.kind} ${item.kind === "sequence" ? realName(side, id) : id}`;
}

/** The objects that an object of the actual database belongs to. The comparison uses another name for a column's sequence. */
export function wholesOf({ sides, context }: RepairState, key: string): readonly string[] {
  const { kind, id } = sides.actual.node(key);
  const column = kind === "sequence" ? context.actual.find("sequences", id)?.ownedBy : undefined;
  return sides.actual.facts.get(key)?.partOf ?? (column === undefined ? [] : [`column ${column}`]);
}

/** Whether an object is extra, or belongs to an extra object. */
export function isOfExtra(state: RepairState, key: string): boolean {
  return state.extra.has(key) || wholesOf(state, key).some((whole) => isOfExtra(state, whole));
}

export function isGenerated({ sides }: RepairState, key: string): boolean {
  return sides.actual.facts.get(key)?.properties["generated"] !== undefined;
}

/** Types that are created again with the values of their columns kept. */
export const CONVERTED: readonly RepairKind[] = ["domain", "range"];

/** Types that columns can have. */
export const TYPES: readonly RepairKind[] = ["enum", "domain", "composite", "range"];

/** Whether the object is a type that no column uses, not even through another type: it holds no data. */
export function isUnusedType({ sides }: RepairState, key: string): boolean {
  if (!TYPES.includes(sides.actual.node(key).kind)) return false;
  const seen = new Set([key]);
  for (const one of seen) {
    for (const dependent of sides.actual.dependents(one)) {
      const { kind } = sides.actual.node(dependent.key);
      if (kind === "column" || kind === "table") return false;
      if (TYPES.includes(kind)) seen.add(dependent.key);
    }
  }
  return true;
}
