import type { Change } from "../../src/drift/change.ts";
import type { Mutation } from "./mutation.ts";

/** Whether the comparison found the change, and no unrelated one: the problems, or an empty list. */
export function mismatches({ change, kind, object, property, spreads }: Mutation, changes: readonly Change[]): readonly string[] {
  const hit = changes.find((each) => each.change === change && each.kind === kind && each.object === object);
  if (hit === undefined) return [`not found: ${change} ${kind} ${object}`, ...changes.map((each) => `found: ${describeChange(each)}`)];
  const properties = hit.differences.map((difference) => difference.property);
  if (property !== undefined && !properties.includes(property)) return [`property not found: ${property}`, `found: ${describeChange(hit)}`];
  const unrelated = spreads === true ? [] : changes.filter((each) => each !== hit);
  return unrelated.map((each) => `unrelated: ${describeChange(each)}`);
}

/** A change in one line. */
export function describeChange({ change, kind, object, detail }: Change): string {
  return `${change} ${kind} ${object}: ${detail}`;
}
