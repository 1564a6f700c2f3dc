import type { Catalog } from "../audit/catalog/catalog.ts";
import type { Pair } from "./normalise.ts";

/** Stands for the role that owns the most. No role has this name: it holds a space. */
const PRINCIPAL = "the owner";

/** The role whose one member is the owner of the database. It owns the schema `public` from PostgreSQL 15 on. */
const DATABASE_OWNER = "pg_database_owner";

/** Calls the role that owns most of each database by one name, so that only other owners are told apart. */
export function alignOwners([expected, actual]: Pair): Pair {
  return [withPrincipal(expected), withPrincipal(actual)];
}

function withPrincipal(catalog: Catalog): Catalog {
  const principal = principalOf(catalog);
  if (principal === undefined) return catalog;
  const rename = (role: string): string => (role === principal || role === DATABASE_OWNER ? PRINCIPAL : role);
  const owned = <T extends { readonly owner: string }>(list: readonly T[]): readonly T[] =>
    list.map((item) => ({ ...item, owner: rename(item.owner) }));
  // An owner's right that was granted to itself by another is not worth a word; the catalog leaves those out.
  const right = (text: string): string => (text.startsWith(`${principal}=`) ? PRINCIPAL + text.slice(principal.length) : text);
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
      const mine = privilege.id.startsWith(`${principal} in `);
      const id = mine ? PRINCIPAL + privilege.id.slice(principal.length) : privilege.id;
      return { ...privilege, id, name: id, rights: privilege.rights.map(right) };
    }),
  };
}

/** The role that owns the most objects; of two that own as many, the first by name. */
export function principalOf(catalog: Catalog): string | undefined {
  const counts = new Map<string, number>();
  const lists = [catalog.tables, catalog.views, catalog.sequences, catalog.routines, catalog.enums, catalog.domains, catalog.composites];
  for (const { owner } of lists.flat()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  if (counts.size === 0) for (const { owner, name } of catalog.schemas) if (name !== "public") counts.set(owner, 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}
