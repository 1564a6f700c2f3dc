import { createAgain } from "./create.ts";
import { isGenerated, isOfExtra, KEPT, type Ledger, wholesOf } from "./repair-state.ts";
import { MAKERS, type MadeKind } from "./objects/registry.ts";

/** What Postgres rebuilds by itself when a column gets another type. */
const REBUILT: readonly MadeKind[] = ["index", "constraint", "default", "sequence", "statistics", "comment", "grant"];

/** Enters an object that is to go, and what depends on it. `along`: what takes it along, so that it needs no statement. */
export function drop(ledger: Ledger, key: string, cause: string, along?: string): void {
  const { drops, makes, altered, sides, making } = ledger;
  if (drops.has(key)) return share(ledger, key, cause);
  const node = sides.actual.node(key);
  const statements = along === undefined ? MAKERS[node.kind].drop(node.id, making) : [];
  const causes = new Set([cause, ...(altered.has(key) ? (makes.get(key)?.causes ?? []) : [])]);
  drops.set(key, { ...node, way: "drop", statements, along, causes });
  for (const edge of sides.actual.dependents(key)) release(ledger, edge.key, edge.blocks, key, cause);
}

/** Lets one more change be a cause of an object's going and coming, and of all that goes with it. */
function share(ledger: Ledger, key: string, cause: string): void {
  const { drops, makes, sides } = ledger;
  const known = drops.get(key);
  if (known === undefined || known.causes.has(cause)) return;
  known.causes.add(cause);
  makes.get(key)?.causes.add(cause);
  for (const edge of sides.actual.dependents(key)) share(ledger, edge.key, cause);
}

/** Gets a dependent out of the way of `on`, which is about to go. */
function release(ledger: Ledger, key: string, blocks: boolean, on: string, cause: string): void {
  const { drops, altered, refused, sides } = ledger;
  if (drops.has(key)) return share(ledger, key, cause);
  if (isGoing(ledger, key)) return;
  const { kind, id } = sides.actual.node(key);
  // A publication only loses the table.
  if (kind === "publication" && altered.has(key)) return;
  // What holds data is changed first; anything else goes and comes, so that its old needs may go at once.
  const needsIt = sides.expected.needs(key).includes(on);
  if (altered.has(key) && !needsIt && (KEPT.includes(kind) || kind === "default")) return;
  const isGone = isOfExtra(ledger, key);
  const goesAlong = !blocks && kind !== "publication" && (kind === "sequence" || !KEPT.includes(kind));
  const isPart = goesAlong || isGone || wholesOf(ledger, key).includes(on);
  if (!isPart && KEPT.includes(kind) && !isGenerated(ledger, key)) {
    const needed = sides.actual.node(on);
    return void refused.set(cause, `${kind} ${id} needs the ${needed.kind} ${needed.id}, which has to be made anew`);
  }
  // Two tables that go may refer to each other.
  const isForeignKey = kind === "constraint" && blocks;
  const whole = wholesOf(ledger, key).find((one) => isOfExtra(ledger, one));
  drop(ledger, key, cause, isPart && !isForeignKey ? (whole ?? on) : undefined);
  createAgain(ledger, key, cause, isGone);
}

/** Whether an object goes by itself, or is the default of a column that goes. */
function isGoing(ledger: Ledger, key: string): boolean {
  const { kind, id } = ledger.sides.actual.node(key);
  return ledger.extra.has(key) || (kind === "default" && (ledger.drops.has(`column ${id}`) || isOfExtra(ledger, `column ${id}`)));
}

/** Gets out of the way what Postgres refuses to leave on a column that gets another type, or on a type made anew. */
export function disturb(ledger: Ledger, key: string, mode: "everything" | "but columns", cause: string): void {
  for (const edge of ledger.sides.actual.dependents(key)) {
    const { kind } = ledger.sides.actual.node(edge.key);
    const isColumn = kind === "column" && !isGenerated(ledger, edge.key);
    if (mode === "but columns" && isColumn) disturb(ledger, edge.key, "everything", cause);
    else if (mode === "but columns" ? kind !== "default" && kind !== "grant" && kind !== "comment" : !REBUILT.includes(kind))
      release(ledger, edge.key, edge.blocks, key, cause);
  }
}
