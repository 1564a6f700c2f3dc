import type { Grant } from "../../../catalog/grants.ts";
import type { Lookup } from "../../../catalog/lookup.ts";
import type { DescribedEntry, GrantedEntry } from "../../spec/entry.ts";
import { NONE, orNone, sameText, expectedOrNone, type Property } from "./compare-section.ts";

/** The comment on an object. `identities`: the names that `pg_identify_object` can give it, the type first, such as `table app.users`. */
export function comment<A>({ commentOn }: Lookup, identities: (object: A) => readonly string[]): Property<DescribedEntry, A> {
  return {
    name: "comment",
    expected: (entry) => expectedOrNone(entry.comment),
    actual: (object) => orNone(commentOn(identities(object))),
    same: sameText,
  };
}

/** The rights on an object of all roles but its owner. */
export function grants<A extends { readonly id: string }>({ rightsOn }: Lookup, on: Grant["on"]): Property<GrantedEntry, A> {
  return {
    name: "grants",
    expected: (entry) => (entry.grants === undefined ? undefined : shown(Object.entries(entry.grants))),
    actual: ({ id }) => shown(Object.entries(grantsByRole(rightsOn(on, id)))),
  };
}

/** The rights by role, as a spec writes them, from the catalog's form `reader=SELECT*`. */
export function grantsByRole(rights: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const byRole = new Map<string, string[]>();
  for (const right of rights) {
    // The name of a role can contain the sign, that of a privilege cannot.
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

/** `kind schema.name`, for each kind that an object can be identified as. */
export function identified(...kinds: readonly string[]): (object: { readonly id: string }) => readonly string[] {
  return ({ id }) => kinds.map((kind) => `${kind} ${id}`);
}
