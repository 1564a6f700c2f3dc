import type { Grant } from "../../catalog/grants.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import type { Described, Granted } from "../spec/spec.ts";
import { NONE, orNone, sameText, saidOrNone, type Property } from "./section.ts";

/** The comment on an object; `identities` are what `pg_identify_object` may call it, its type first: `table app.users`. */
export function comment<A>({ commentOn }: Lookup, identities: (object: A) => readonly string[]): Property<Described, A> {
  return {
    name: "comment",
    wanted: (rule) => saidOrNone(rule.comment),
    actual: (object) => orNone(commentOn(identities(object))),
    same: sameText,
  };
}

/** What others than the owner may do with an object. */
export function grants<A extends { readonly id: string }>({ rightsOn }: Lookup, on: Grant["on"]): Property<Granted, A> {
  return {
    name: "grants",
    wanted: (rule) => (rule.grants === undefined ? undefined : shown(Object.entries(rule.grants))),
    actual: ({ id }) => shown(Object.entries(grantsByRole(rightsOn(on, id)))),
  };
}

/** Rights as the catalog lists them, `reader=SELECT*`, as a spec writes them. */
export function grantsByRole(rights: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const byRole = new Map<string, string[]>();
  for (const right of rights) {
    // A role's name may hold the sign, a privilege's doesn't.
    const at = right.lastIndexOf("=");
    const role = right.slice(0, at);
    byRole.set(role, [...(byRole.get(role) ?? []), right.slice(at + 1).toLowerCase()]);
  }
  return Object.fromEntries(byRole);
}

function shown(grantees: readonly (readonly [string, readonly string[]])[]): string {
  const parts = grantees
    .filter(([, rights]) => rights.length > 0)
    .map(([role, rights]) => `${role}: ${[...new Set(rights)].toSorted().join(", ")}`);
  return parts.length === 0 ? NONE : parts.toSorted().join("; ");
}

/** `kind schema.name`, for each of the kinds that an object may be identified as. */
export function identified(...kinds: readonly string[]): (object: { readonly id: string }) => readonly string[] {
  return ({ id }) => kinds.map((kind) => `${kind} ${id}`);
}
