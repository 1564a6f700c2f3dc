import { keyOf } from "../drift/facts.ts";
import { type Ledger, realKey } from "./repair-state.ts";
import { realName } from "./lookup.ts";
import { MAKERS, type MadeKind } from "./objects/registry.ts";
import type { Making } from "./repair-context.ts";
import { withoutDefaults } from "./objects/grants.ts";
import { isStatements } from "./step.ts";

/** Enters an object that is to be made, with its parts. `from` tells what it is made like; default: as expected. */
export function create(
  ledger: Ledger,
  key: string,
  node: { readonly kind: MadeKind; readonly id: string },
  cause: string,
  from: Making = ledger.making,
): void {
  const { makes, altered, refused, making } = ledger;
  const known = makes.get(key);
  if (known !== undefined && !altered.has(key)) return void known.causes.add(cause);
  altered.delete(key);
  const { kind, id } = node;
  const remedy = MAKERS[kind].create(id, from);
  if (!isStatements(remedy)) return void refused.set(cause, typeof remedy === "string" ? remedy : remedy.cannot);
  const bare = kind === "default" || kind === "ownership" || remedy.length === 0 ? [] : withoutDefaults(kind, id, making);
  // What was to be changed in place is made for that change as well.
  const causes = new Set([cause, ...(known?.causes ?? [])]);
  makes.set(key, { key, kind, id, way: "make", statements: [...remedy, ...bare], causes });
  if (kind === "sequence") {
    const name = realName(from.expected, id);
    create(ledger, `ownership ${name}`, { kind: "ownership", id: name }, cause, from);
  }
  createParts(ledger, key, cause, from);
}

/** Enters the parts of an object. A table's columns are made with it; only what belongs to them is not. */
export function createParts(ledger: Ledger, key: string, cause: string, from: Making = ledger.making): void {
  const { making, sides } = ledger;
  const graph = from === making ? sides.expected : sides.actual;
  for (const part of graph.parts(key)) {
    if (part.kind === "column") createParts(ledger, keyOf("column", part.id), cause, from);
    else create(ledger, realKey(from.expected, part), part, cause, from);
  }
}

/** Enters again what goes for another's sake: as expected, or as it was where it is expected by another name. */
export function createAgain(ledger: Ledger, key: string, cause: string, isGone: boolean): void {
  const { sides, making, makes } = ledger;
  const node = sides.actual.node(key);
  if (node.kind === "default") {
    if (sides.expected.facts.has(`column ${node.id}`)) create(ledger, key, node, cause);
    return;
  }
  const asItWas: Making = { ...making, expected: making.actual, role: (name) => name };
  if (sides.expected.facts.has(key)) create(ledger, key, node, cause);
  else if (sides.actual.facts.has(key) && !isGone) create(ledger, key, node, cause, asItWas);
  if (!makes.has(key)) return;
  // Rights and comments that are not compared stay what they were.
  for (const part of sides.everything.actual.parts(key)) {
    const isHidden = !sides.actual.facts.has(keyOf(part.kind, part.id)) && (part.kind === "grant" || part.kind === "comment");
    if (isHidden) create(ledger, realKey(making.actual, part), part, cause, asItWas);
  }
}
