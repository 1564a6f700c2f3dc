import { keyOf } from "../drift/change.ts";
import { type RepairState, realKey } from "./repair-state.ts";
import { realName } from "./lookup.ts";
import { OBJECT_REPAIRS, type RepairKind } from "./objects/registry.ts";
import type { RepairContext } from "./repair-context.ts";
import { revokeDefaultPrivileges } from "./objects/default-privileges.ts";
import { isStatements } from "./step.ts";

/** Adds an object that must be created, with its parts. `from` holds the definition; default: the expected one. */
export function create(
  state: RepairState,
  key: string,
  node: { readonly kind: RepairKind; readonly id: string },
  cause: string,
  from: RepairContext = state.context,
): void {
  const { creates, altered, refused, context } = state;
  const known = creates.get(key);
  if (known !== undefined && !altered.has(key)) return void known.causes.add(cause);
  altered.delete(key);
  const { kind, id } = node;
  const remedy = OBJECT_REPAIRS[kind].create(id, from);
  if (!isStatements(remedy)) return void refused.set(cause, typeof remedy === "string" ? remedy : remedy.cannot);
  const revokes = kind === "default" || kind === "ownership" || remedy.length === 0 ? [] : revokeDefaultPrivileges(kind, id, context);
  // An object that should be altered is now created instead, so it keeps the causes of that.
  const causes = new Set([cause, ...(known?.causes ?? [])]);
  creates.set(key, { key, kind, id, action: "create", statements: [...remedy, ...revokes], causes });
  if (kind === "sequence") changeOwnership(state, id, cause, from);
  createParts(state, key, cause, from);
}

/** Adds what makes a sequence belong to its expected column, and first to no column if it belongs to another one. */
export function changeOwnership(state: RepairState, id: string, cause: string, from: RepairContext = state.context): void {
  const { context, drops } = state;
  const name = realName(from.expected, id);
  const wanted = from.expected.find("sequences", name)?.ownedBy;
  const found = context.actual.find("sequences", name);
  if (wanted === found?.ownedBy) return;
  const key = `ownership ${name}`;
  if (wanted !== undefined) create(state, key, { kind: "ownership", id: name }, cause, from);
  if (found?.ownedBy === undefined || drops.has(key)) return;
  const statements = OBJECT_REPAIRS.ownership.drop(name, context);
  drops.set(key, { key, kind: "ownership", id: name, action: "drop", statements, causes: new Set([cause]) });
}

/** Adds the parts of an object. The columns of a table are created with the table, so only their own parts are added. */
export function createParts(state: RepairState, key: string, cause: string, from: RepairContext = state.context): void {
  const { context, sides } = state;
  const graph = from === context ? sides.expected : sides.actual;
  for (const part of graph.parts(key)) {
    if (part.kind === "column") createParts(state, keyOf("column", part.id), cause, from);
    else create(state, realKey(from.expected, part), part, cause, from);
  }
}

/** Adds an object again that is dropped because of another one: as expected, or as it was if it is expected under another name. */
export function recreate(state: RepairState, key: string, cause: string, isExtra: boolean): void {
  const { sides, context, creates } = state;
  const node = sides.actual.node(key);
  if (node.kind === "default") {
    if (sides.expected.facts.has(`column ${node.id}`)) create(state, key, node, cause);
    return;
  }
  const asItWas: RepairContext = { ...context, expected: context.actual, role: (name) => name };
  if (sides.expected.facts.has(key)) create(state, key, node, cause);
  else if (sides.actual.facts.has(key) && !isExtra) create(state, key, node, cause, asItWas);
  if (!creates.has(key)) return;
  // Grants and comments that are not compared are restored as they were.
  for (const part of sides.everything.actual.parts(key)) {
    const isNotCompared = !sides.actual.facts.has(keyOf(part.kind, part.id)) && (part.kind === "grant" || part.kind === "comment");
    if (isNotCompared) create(state, realKey(context.actual, part), part, cause, asItWas);
  }
}
