import type { Change } from "../drift/change.ts";
import type { Graph } from "./dependency-graph.ts";
import { type Lookup, realName } from "./lookup.ts";
import type { MadeKind } from "./objects/registry.ts";
import type { Making } from "./repair-context.ts";
import type { Operation } from "./operation.ts";

/** Both databases as graphs of what is compared. */
export interface Sides {
  readonly expected: Graph;
  readonly actual: Graph;
  /** With what is not compared, such as the indexes that a partition has from its parent. */
  readonly everything: { readonly expected: Graph; readonly actual: Graph };
}

/** What is being gathered: the operations so far, and what is known while they are found. */
export interface Ledger {
  readonly sides: Sides;
  readonly making: Making;
  /** By key of the object. */
  readonly drops: Map<string, Operation>;
  readonly makes: Map<string, Operation>;
  /** Objects whose `makes` change them in place. */
  readonly altered: Set<string>;
  /** Objects that are there and not expected. */
  readonly extra: ReadonlySet<string>;
  /** Changes that can't be made, by `keyOfChange`, with the reason. */
  readonly refused: Map<string, string>;
}

/** Kinds that hold data, or are parts of what does: they are never dropped and made again for another object's sake. */
export const KEPT: readonly MadeKind[] = [
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

export function openLedger(changes: readonly Change[], sides: Sides, making: Making): Ledger {
  const extra = changes.filter(({ change }) => change === "extra").map((change) => realKey(making.actual, change));
  return { sides, making, drops: new Map(), makes: new Map(), altered: new Set(), extra: new Set(extra), refused: new Map() };
}

/** The key under which the database's own dependencies know an object. */
export function realKey(side: Lookup, item: { readonly kind: MadeKind; readonly id?: string; readonly object?: string }): string {
  const id = item.id ?? item.object ?? "";
  return `${item.kind} ${item.kind === "sequence" ? realName(side, id) : id}`;
}

/** What an object of the actual database is a part of. The comparison calls a column's sequence by another name. */
export function wholesOf({ sides, making }: Ledger, key: string): readonly string[] {
  const { kind, id } = sides.actual.node(key);
  const column = kind === "sequence" ? making.actual.find("sequences", id)?.ownedBy : undefined;
  return sides.actual.facts.get(key)?.partOf ?? (column === undefined ? [] : [`column ${column}`]);
}

/** Whether an object goes with an extra one, or is extra itself. */
export function isOfExtra(ledger: Ledger, key: string): boolean {
  return ledger.extra.has(key) || wholesOf(ledger, key).some((whole) => isOfExtra(ledger, whole));
}

export function isGenerated({ sides }: Ledger, key: string): boolean {
  return sides.actual.facts.get(key)?.properties["generated"] !== undefined;
}
