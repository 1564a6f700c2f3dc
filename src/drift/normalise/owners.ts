import type { Catalog } from "../../catalog/catalog.ts";
import { compareText } from "../../findings/order.ts";
import type { Pair } from "./pair.ts";

/** The name for the role that owns most objects. It contains a space, so it is unlikely to be the name of a role. */
const MAIN_OWNER = "the owner";

/** The default owners of the schema `public`: on PostgreSQL 15 and later, and on some Neon projects. */
const DEFAULT_OWNERS: readonly string[] = ["pg_database_owner", "cloud_admin"];

/** Uses one name for the main owner of each database, so that only other owners are compared. */
export function alignOwners([expected, actual]: Pair): Pair {
  const [left, right] = mainOwnersOf(expected, actual);
  return [withMainOwner(expected, left), withMainOwner(actual, right)];
}

/**
 * The main owners of both sides: the two roles that most often own the same object. Objects on one side only do not count.
 * If the databases have no object in common, each main owner is found separately.
 */
export function mainOwnersOf(expected: Catalog, actual: Catalog): readonly [string | undefined, string | undefined] {
  const actualOwners = new Map(ownedOf(actual).map(({ id, owner }) => [id, owner]));
  const pairs = ownedOf(expected).flatMap(({ id, owner }) => {
    const other = actualOwners.get(id);
    return other === undefined ? [] : [[owner, other] as const];
  });
  const [left, right] = mostOften(pairs.map((pair) => pair.join(SEPARATOR)))?.split(SEPARATOR) ?? [];
  return left === undefined ? [mainOwnerOf(expected), mainOwnerOf(actual)] : [left, right];
}

/** A character that no name contains. */
const SEPARATOR = "\0";

/** The objects with an owner. The ids of types get a prefix, because a table can have the same id. */
function ownedOf(catalog: Catalog): readonly { readonly id: string; readonly owner: string }[] {
  const { tables, views, sequences, routines, enums, domains, composites } = catalog;
  return [
    ...[tables, views, sequences, routines].flat(),
    ...[enums, domains, composites].flat().map(({ id, owner }) => ({ id: `type ${id}`, owner })),
  ];
}

/** If two names are equally frequent, the first one in alphabetical order. */
function mostOften(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

function withMainOwner(catalog: Catalog, mainOwner: string | undefined): Catalog {
  // The default owner of `public` depends on the server, so it is replaced even without a main owner.
  const rename = (role: string): string => (role === mainOwner || DEFAULT_OWNERS.includes(role) ? MAIN_OWNER : role);
  const owned = <T extends { readonly owner: string }>(list: readonly T[]): readonly T[] =>
    list.map((item) => ({ ...item, owner: rename(item.owner) }));
  const right = (text: string): string =>
    mainOwner !== undefined && text.startsWith(`${mainOwner}=`) ? MAIN_OWNER + text.slice(mainOwner.length) : text;
  // The catalog is sorted by the real names, which can be different on the two sides.
  const rights = (item: { readonly rights: readonly string[] }): readonly string[] => item.rights.map(right).toSorted(compareText);
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
    collations: owned(catalog.collations),
    operators: owned(catalog.operators),
    operatorFamilies: owned(catalog.operatorFamilies),
    operatorClasses: owned(catalog.operatorClasses),
    textSearchConfigurations: owned(catalog.textSearchConfigurations),
    statistics: owned(catalog.statistics),
    policies: catalog.policies.map((policy) => ({ ...policy, roles: policy.roles.map(rename).toSorted(compareText) })),
    grants: catalog.grants.map((grant) => ({ ...grant, rights: rights(grant) })),
    defaultPrivileges: catalog.defaultPrivileges.map((privilege) => {
      const mine = mainOwner !== undefined && privilege.id.startsWith(`${mainOwner} in `);
      const id = mine ? MAIN_OWNER + privilege.id.slice(mainOwner.length) : privilege.id;
      return { ...privilege, id, name: id, rights: rights(privilege) };
    }),
  };
}

/** The role that owns most objects; without objects, most schemas. */
function mainOwnerOf(catalog: Catalog): string | undefined {
  const schemas = catalog.schemas.filter(({ name }) => name !== "public");
  return mostOften(ownedOf(catalog).map(({ owner }) => owner)) ?? mostOften(schemas.map(({ owner }) => owner));
}
