import { type Change, keyOfChange } from "../drift/change.ts";
import type { Graph } from "./dependency-graph.ts";
import type { Lookup } from "./lookup.ts";
import { realKey, type Sides } from "./repair-state.ts";

/** A change that the repair does not make. */
export interface Unrepaired {
  readonly change: Change;
  /** One line. */
  readonly reason: string;
}

/** Refuses what needs a missing object that is not created: its statement would fail with a message that hides the cause. */
export function refuseDependants(
  changes: readonly Change[],
  refused: Map<string, string>,
  { expected, actual }: Sides,
  side: Lookup,
): void {
  if (refused.size === 0) return;
  const uncreated = new Map(
    changes
      .filter((change) => change.change === "missing" && refused.has(keyOfChange(change)))
      .map((change) => [realKey(side, change), change] as const),
  );
  if (uncreated.size === 0) return;
  for (const change of changes) {
    const key = keyOfChange(change);
    if (change.change === "extra" || refused.has(key)) continue;
    const cause = firstNeeded(realKey(side, change), expected, (needed) => uncreated.has(needed) && !actual.facts.has(needed));
    const root = cause === undefined ? undefined : uncreated.get(cause);
    if (root !== undefined) refused.set(key, `it needs the ${root.kind} ${root.object}, which is not repaired`);
  }
}

/** The first object in the chain of needs that matches. */
function firstNeeded(key: string, graph: Graph, matches: (key: string) => boolean): string | undefined {
  const seen = new Set(needsOf(key, graph));
  // A set can grow while it is read.
  for (const needed of seen) {
    if (matches(needed)) return needed;
    for (const next of needsOf(needed, graph)) seen.add(next);
  }
  return undefined;
}

/** The needs of an object; those of a table with its columns and their defaults, which are created with it. */
function needsOf(key: string, graph: Graph): readonly string[] {
  const { kind, id } = graph.node(key);
  if (kind === "column") return [...graph.needs(key), ...graph.needs(`default ${id}`)];
  const parts = kind === "table" || kind === "domain" ? graph.parts(key) : [];
  const inside = parts
    .filter((part) => part.kind === (kind === "table" ? "column" : "constraint"))
    .flatMap((part) => [...graph.needs(`${part.kind} ${part.id}`), ...graph.needs(`default ${part.id}`)]);
  return [...graph.needs(key), ...inside].filter((one) => one !== key);
}

/** The same list with each object after the unrepaired ones that it needs. */
export function rootsFirst(unrepaired: readonly Unrepaired[], { expected }: Pick<Sides, "expected">, side: Lookup): readonly Unrepaired[] {
  const byKey = new Map(unrepaired.map((one) => [realKey(side, one.change), one] as const));
  const placed = new Set<Unrepaired>();
  const seen = new Set<string>();
  // A stack of its own: a chain of views can be longer than that of the language.
  for (const start of byKey.keys()) {
    const stack = [{ key: start, isDone: false }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const item = byKey.get(next.key);
      if (next.isDone && item !== undefined) placed.add(item);
      if (next.isDone || seen.has(next.key)) continue;
      seen.add(next.key);
      stack.push({ key: next.key, isDone: true }, ...needsOf(next.key, expected).map((key) => ({ key, isDone: false })));
    }
  }
  return [...placed, ...unrepaired.filter((one) => !placed.has(one))];
}
