import type { Change } from "../../src/drift/change.ts";
import type { Mutation } from "./mutation.ts";

/** The wanted change must be told, and nothing beside it that has nothing to do with it: what is wrong, or nothing. */
export function mismatches({ change, kind, object, property, spreads }: Mutation, changes: readonly Change[]): readonly string[] {
  const hit = changes.find((each) => each.change === change && each.kind === kind && each.object === object);
  if (hit === undefined) return [`not found: ${change} ${kind} ${object}`, ...changes.map((each) => `found: ${describeChange(each)}`)];
  const properties = hit.differences.map((difference) => difference.property);
  if (property !== undefined && !properties.includes(property)) return [`property not found: ${property}`, `found: ${describeChange(hit)}`];
  const strangers = spreads === true ? [] : changes.filter((each) => each !== hit);
  return strangers.map((each) => `reported beside it: ${describeChange(each)}`);
}

/** A change in one line. */
export function describeChange({ change, kind, object, detail }: Change): string {
  return `${change} ${kind} ${object}: ${detail}`;
}
