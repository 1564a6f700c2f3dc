import type { Catalog } from "../../catalog/catalog.ts";
import type { Pair } from "./pair.ts";

/** Stands for the role that owns the most. No role has this name: it holds a space. */
const PRINCIPAL = "the owner";

/** Who owns the schema `public` where nobody changed that: on PostgreSQL 15 and later, and on some of Neon's. */
const DEFAULT_OWNERS: readonly string[] = ["pg_database_owner", "cloud_admin"];

/** Calls the role that owns most of each database by one name, so that only other owners are told apart. */
export function alignOwners([expected, actual]: Pair): Pair {
  const [left, right] = principalsOf(expected, actual);
  return [withPrincipal(expected, left), withPrincipal(actual, right)];
}

/**
 * The two roles that most often own one and the same object: what only one side has must not decide who owns the most.
 * Databases that have nothing in common have their own each.
 */
export function principalsOf(expected: Catalog, actual: Catalog): readonly [string | undefined, string | undefined] {
  const there = new Map(ownedOf(actual).map(({ id, owner }) => [id, owner]));
  const pairs = ownedOf(expected).flatMap(({ id, owner }) => {
    const other = there.get(id);
    return other === undefined ? [] : [[owner, other] as const];
  });
  const [left, right] = mostOften(pairs.map((pair) => pair.join(NEVER_IN_A_NAME)))?.split(NEVER_IN_A_NAME) ?? [];
  return left === undefined ? [principalOf(expected), principalOf(actual)] : [left, right];
}

const NEVER_IN_A_NAME = "\0";

/** What has an owner that somebody chose; types and routines are told apart by their kind. */
function ownedOf(catalog: Catalog): readonly { readonly id: string; readonly owner: string }[] {
  const { tables, views, sequences, routines, enums, domains, composites } = catalog;
  return [
    ...[tables, views, sequences, routines].flat(),
    ...[enums, domains, composites].flat().map(({ id, owner }) => ({ id: `type ${id}`, owner })),
  ];
}

/** Of two that are there as often, the first by name. */
function mostOften(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

function withPrincipal(catalog: Catalog, principal: string | undefined): Catalog {
  // Where nobody owns anything, the owner of `public` is still a matter of the server.
  const rename = (role: string): string => (role === principal || DEFAULT_OWNERS.includes(role) ? PRINCIPAL : role);
  const owned = <T extends { readonly owner: string }>(list: readonly T[]): readonly T[] =>
    list.map((item) => ({ ...item, owner: rename(item.owner) }));
  // An owner's right that was granted to itself by another is not worth a word; the catalog leaves those out.
  const right = (text: string): string =>
    principal !== undefined && text.startsWith(`${principal}=`) ? PRINCIPAL + text.slice(principal.length) : text;
  return {
    ...catalog,
    schemas: owned(catalog.schemas),
    tables: owned(catalog.tables),
    views: owned(catalog.views),
    sequences: owned(catalog.sequences),
    routines: owned(catalog.routines),
    enums: owned(catalog.enums),
    domains: owned(catalog.domains),
    composites: owned(catalog.composites),
    ranges: owned(catalog.ranges),
    publications: owned(catalog.publications),
    policies: catalog.policies.map((policy) => ({ ...policy, roles: policy.roles.map(rename) })),
    grants: catalog.grants.map((grant) => ({ ...grant, rights: grant.rights.map(right) })),
    defaultPrivileges: catalog.defaultPrivileges.map((privilege) => {
      const mine = principal !== undefined && privilege.id.startsWith(`${principal} in `);
      const id = mine ? PRINCIPAL + privilege.id.slice(principal.length) : privilege.id;
      return { ...privilege, id, name: id, rights: privilege.rights.map(right) };
    }),
  };
}

/** The role that owns the most objects; where there are none, the most schemas. */
function principalOf(catalog: Catalog): string | undefined {
  const schemas = catalog.schemas.filter(({ name }) => name !== "public");
  return mostOften(ownedOf(catalog).map(({ owner }) => owner)) ?? mostOften(schemas.map(({ owner }) => owner));
}
