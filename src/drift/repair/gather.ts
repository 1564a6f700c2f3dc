import type { Change } from "../change.ts";
import { keyOf, keyOfChange } from "../facts.ts";
import type { Graph } from "./graph.ts";
import { type Lookup, realName } from "./lookup.ts";
import { MAKERS, type MadeKind } from "./makers.ts";
import type { Making } from "./making.ts";
import type { Operation } from "./operation.ts";
import { withoutDefaults } from "./rights.ts";
import { guarded, isStatements } from "./step.ts";

export interface Sides {
  readonly expected: Graph;
  readonly actual: Graph;
  /** With what is not compared, such as the indexes that a partition has from its parent. */
  readonly everything: { readonly expected: Graph; readonly actual: Graph };
}

export interface Work {
  readonly operations: readonly Operation[];
  /** Changes that can't be made, with the reason. When there are any, the operations are not worth a look. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Kinds that hold data, or are parts of what does: they are never dropped and made again for another object's sake. */
const KEPT: readonly MadeKind[] = [
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

/** What Postgres rebuilds by itself when a column gets another type. */
const REBUILT: readonly MadeKind[] = ["index", "constraint", "default", "sequence", "statistics", "comment", "grant"];

/** All that has to be done for the changes: each object that they name, its parts, and what stands in the way. */
export function gather(changes: readonly Change[], sides: Sides, making: Making): Work {
  const refused = new Map<string, string>();
  const drops = new Map<string, Operation>();
  const makes = new Map<string, Operation>();
  const altered = new Set<string>();
  /** For changes that make something anew or get it out of the way: that the first run hasn't been yet. */
  const conditions = new Map<string, string | undefined>();
  const extra = new Set(changes.filter(({ change }) => change === "extra").map((change) => realKey(making.actual, change)));

  const create = (key: string, node: { readonly kind: MadeKind; readonly id: string }, cause: string, from: Making = making): void => {
    const known = makes.get(key);
    if (known !== undefined && !altered.has(key)) return void known.causes.add(cause);
    altered.delete(key);
    const { kind, id } = node;
    const remedy = MAKERS[kind].create(id, from);
    if (!isStatements(remedy)) return void refused.set(cause, typeof remedy === "string" ? remedy : remedy.cannot);
    const bare = kind === "default" || kind === "ownership" ? [] : withoutDefaults(kind, id, making);
    makes.set(key, { key, ...node, way: "make", statements: [...remedy, ...(remedy.length === 0 ? [] : bare)], causes: new Set([cause]) });
    if (kind === "sequence") {
      const name = realName(from.expected, id);
      create(`ownership ${name}`, { kind: "ownership", id: name }, cause, from);
    }
    createParts(key, cause, from);
  };

  const createParts = (key: string, cause: string, from: Making): void => {
    const graph = from === making ? sides.expected : sides.actual;
    for (const part of graph.parts(key)) {
      // A table's columns are made with it; only what belongs to them is not.
      if (part.kind === "column") createParts(keyOf("column", part.id), cause, from);
      else create(realKey(from.expected, part), part, cause, from);
    }
  };

  const drop = (key: string, cause: string, along?: string): void => {
    const known = drops.get(key);
    if (known !== undefined) return void known.causes.add(cause);
    const node = sides.actual.node(key);
    const statements = along === undefined ? MAKERS[node.kind].drop(node.id, making) : [];
    drops.set(key, { ...node, way: "drop", statements, along, causes: new Set([cause]) });
    for (const edge of sides.actual.dependents(key)) release(edge.key, edge.blocks, key, cause);
  };

  /** Gets a dependent out of the way of `on`, which is about to go. */
  const release = (key: string, blocks: boolean, on: string, cause: string): void => {
    if (drops.has(key) || isGoing(key)) return;
    const { kind, id } = sides.actual.node(key);
    // A publication only loses the table.
    if (kind === "publication" && altered.has(key)) return;
    const goesAlong = !blocks && kind !== "publication" && (kind === "sequence" || !KEPT.includes(kind));
    const isPart = goesAlong || isOfExtra(key) || wholesOf(key).includes(on);
    const needsIt = sides.expected.needs(key).includes(on);
    // What holds data is changed first; anything else goes and comes, so that its old needs may go at once.
    if (altered.has(key) && !needsIt && (KEPT.includes(kind) || kind === "default")) return;
    const isForeignKey = kind === "constraint" && blocks;
    if (!isPart && KEPT.includes(kind) && !isGenerated(key)) {
      refused.set(cause, `${kind} ${id} needs the ${sides.actual.node(on).kind} ${sides.actual.node(on).id}, which has to be made anew`);
      return;
    }
    drop(key, cause, isPart && !isForeignKey ? (wholesOf(key).find(isOfExtra) ?? on) : undefined);
    again(key, cause);
  };

  /** Whether an object goes by itself, or is the default of a column that goes. */
  const isGoing = (key: string): boolean => {
    const { kind, id } = sides.actual.node(key);
    return extra.has(key) || (kind === "default" && (drops.has(`column ${id}`) || isOfExtra(`column ${id}`)));
  };

  const wholesOf = (key: string): readonly string[] => {
    const { kind, id } = sides.actual.node(key);
    const column = kind === "sequence" ? making.actual.find("sequences", id)?.ownedBy : undefined;
    return sides.actual.facts.get(key)?.partOf ?? (column === undefined ? [] : [`column ${column}`]);
  };

  const isOfExtra = (key: string): boolean => extra.has(key) || wholesOf(key).some(isOfExtra);

  const isGenerated = (key: string): boolean => sides.actual.facts.get(key)?.properties["generated"] !== undefined;

  /** Makes an object again that went for another's sake: as expected, or as it was where it is expected by another name. */
  const again = (key: string, cause: string): void => {
    const node = sides.actual.node(key);
    const asItWas = { ...making, expected: making.actual, role: (name: string) => name };
    if (node.kind === "default") {
      if (sides.expected.facts.has(`column ${node.id}`)) create(key, node, cause);
      return;
    }
    if (sides.expected.facts.has(key)) create(key, node, cause);
    else if (sides.actual.facts.has(key) && !isOfExtra(key)) create(key, node, cause, asItWas);
    if (!makes.has(key)) return;
    // Rights and comments that are not compared stay what they were.
    for (const part of sides.everything.actual.parts(key)) {
      const isHidden = !sides.actual.facts.has(keyOf(part.kind, part.id)) && (part.kind === "grant" || part.kind === "comment");
      if (isHidden) create(realKey(making.actual, part), part, cause, asItWas);
    }
  };

  /** Gets out of the way what Postgres refuses to leave on a column that gets another type, or on a type made anew. */
  const disturb = (key: string, mode: "everything" | "but columns", cause: string): void => {
    for (const edge of sides.actual.dependents(key)) {
      const { kind } = sides.actual.node(edge.key);
      if (mode === "but columns" && kind === "column" && !isGenerated(edge.key)) disturb(edge.key, "everything", cause);
      else if (mode === "but columns" && kind !== "default" ? true : !REBUILT.includes(kind)) release(edge.key, edge.blocks, key, cause);
    }
  };

  const recreate = (change: Change, cause: string): void => {
    const actualKey = realKey(making.actual, change);
    drop(actualKey, cause);
    create(realKey(making.expected, change), { kind: change.kind, id: change.object }, cause);
  };

  const remedies = changes
    .filter(({ change }) => change === "different")
    .map((change) => ({ change, remedy: MAKERS[change.kind].alter(change.object, change.differences, making) }));
  for (const { change, remedy } of remedies) {
    const key = realKey(making.actual, change);
    if (isStatements(remedy)) {
      makes.set(key, {
        key,
        kind: change.kind,
        id: change.object,
        way: "make",
        statements: remedy,
        causes: new Set([keyOfChange(change)]),
      });
      altered.add(key);
    } else if (remedy !== "recreate") refused.set(keyOfChange(change), remedy.cannot);
  }
  for (const change of changes) {
    const cause = keyOfChange(change);
    if (change.change === "different") conditions.set(cause, MAKERS[change.kind].isOld?.(change.object, change.differences, making));
    const remedy = remedies.find((one) => one.change === change)?.remedy;
    // What the other side has from a parent comes and goes with that parent.
    const isThere = change.kind !== "sequence" && sides.everything.actual.facts.has(realKey(making.expected, change));
    if (change.change === "missing" && !isThere) {
      create(realKey(making.expected, change), { kind: change.kind, id: change.object }, cause);
    } else if (change.change === "extra" && !sides.everything.expected.facts.has(realKey(making.actual, change)))
      drop(realKey(making.actual, change), cause);
    else if (remedy === "recreate") recreate(change, cause);
    else if (remedy !== undefined && isStatements(remedy)) {
      const mode = MAKERS[change.kind].disturbs?.(change.object, change.differences, making);
      if (mode === undefined) continue;
      disturb(realKey(making.actual, change), mode, cause);
      // A type made anew has lost its rights and its comment.
      if (mode === "but columns") createParts(realKey(making.expected, change), cause, making);
    }
  }
  return { operations: [...[...drops.values()].map((operation) => once(operation, conditions)), ...makes.values()], refused };
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

/** The key under which the database's own dependencies know an object. */
function realKey(side: Lookup, item: { readonly kind: MadeKind; readonly id?: string; readonly object?: string }): string {
  const id = item.id ?? item.object ?? "";
  return `${item.kind} ${item.kind === "sequence" ? realName(side, id) : id}`;
}
