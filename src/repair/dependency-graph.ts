import type { ChangedKind } from "../drift/change.ts";
import { type Fact, factsOf } from "../drift/facts.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { RepairKind } from "./objects/registry.ts";
import type { Dependency } from "./source.ts";

/** An object by kind and id. The key is both in one text. */
export interface Node {
  readonly key: string;
  readonly kind: RepairKind;
  readonly id: string;
}

export interface Edge {
  readonly key: string;
  /** Whether the dependent blocks the drop of the other object. If not, Postgres drops the dependent with it. */
  readonly blocks: boolean;
}

/** The objects of one database and their dependencies. A part, such as a column, needs the object that it belongs to. */
export interface Graph {
  readonly facts: ReadonlyMap<string, Fact>;
  readonly node: (key: string) => Node;
  readonly dependents: (key: string) => readonly Edge[];
  readonly needs: (key: string) => readonly string[];
  readonly parts: (key: string) => readonly Fact[];
}

export function graphOf(catalog: Catalog, dependencies: readonly Dependency[]): Graph {
  const facts = factsOf(catalog);
  const dependents = new Map<string, Edge[]>();
  const needs = new Map<string, string[]>();
  const parts = new Map<string, Fact[]>();
  const link = (dependent: string, on: string, blocks: boolean): void => {
    push(dependents, on, { key: dependent, blocks });
    push(needs, dependent, on);
  };
  for (const { dependent, on, blocks } of dependencies) link(dependent, on, blocks);
  for (const [key, fact] of facts) {
    for (const whole of fact.partOf.filter((one) => facts.has(one))) {
      link(key, whole, false);
      push(parts, whole, fact);
    }
  }
  for (const [key, fact] of facts) {
    for (const declarer of parentsWith(fact, facts)) link(declarer, key, true);
  }
  return {
    facts,
    node(key) {
      const fact = facts.get(key);
      return fact === undefined ? nodeOf(key) : { key, kind: fact.kind, id: fact.id };
    },
    dependents: (key) => dependents.get(key) ?? [],
    needs: (key) => needs.get(key) ?? [],
    parts: (key) => parts.get(key) ?? [],
  };
}

/**
 * The checks of the parent tables from which a check is inherited, as far as they are compared. Postgres refuses to drop the
 * check of the child table first, and creates none that is only inherited: the parent's is dropped before it, and created after it.
 */
function parentsWith({ kind, id, partOf, properties }: Fact, facts: ReadonlyMap<string, Fact>): readonly string[] {
  if (kind !== "constraint" || properties["type"] !== "check" || properties["inherited"] !== true) return [];
  const table = partOf.map((whole) => facts.get(whole)).find((whole) => whole !== undefined);
  if (table === undefined) return [];
  const name = id.slice(table.id.length);
  return ancestorsOf(table, facts)
    .map((ancestor) => `constraint ${ancestor}${name}`)
    .filter((key) => facts.has(key));
}

/** The ids of the parents of a table, and of their parents. */
export function ancestorsOf(table: Fact, facts: ReadonlyMap<string, Fact>): readonly string[] {
  const found = new Set(inheritsOf(table));
  // A set can grow while it is read.
  for (const id of found) for (const next of inheritsOf(facts.get(`table ${id}`))) found.add(next);
  return [...found];
}

function inheritsOf(table: Fact | undefined): readonly string[] {
  return (table?.properties["inherits"] as readonly string[] | undefined) ?? [];
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** Kinds with a space in their name. */
const SPACED: readonly ChangedKind[] = [
  "materialized view",
  "window function",
  "text search configuration",
  "event trigger",
  "foreign server",
  "default privilege",
  "operator family",
  "operator class",
];

function nodeOf(key: string): Node {
  const kind = SPACED.find((one) => key.startsWith(`${one} `)) ?? key.slice(0, key.indexOf(" "));
  return { key, kind: kind as RepairKind, id: key.slice(kind.length + 1) };
}
