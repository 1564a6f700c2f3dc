import type { Catalog } from "../../catalog/catalog.ts";

/** The schema that Neon Auth makes and fills (Neon docs, "Neon Auth"). */
const NEON_AUTH = "neon_auth";

/** Takes out what Neon Auth puts into a database that uses it: migrations can neither make nor change it. */
export function withoutNeonAuth(catalog: Catalog): Catalog {
  return {
    ...catalog,
    schemas: catalog.schemas.filter(({ name }) => name !== NEON_AUTH),
    tables: outside(catalog.tables),
    views: outside(catalog.views),
    constraints: outside(catalog.constraints),
    indexes: outside(catalog.indexes),
    sequences: outside(catalog.sequences),
    routines: outside(catalog.routines),
    triggers: outside(catalog.triggers),
    rules: outside(catalog.rules),
    policies: outside(catalog.policies),
    enums: outside(catalog.enums),
    domains: outside(catalog.domains),
    composites: outside(catalog.composites),
    ranges: outside(catalog.ranges),
    grants: catalog.grants.filter(isOutside),
    comments: catalog.comments.filter(isOutside),
    defaultPrivileges: catalog.defaultPrivileges.filter(({ name }) => !name.includes(` in ${NEON_AUTH} for `)),
  };
}

function outside<T extends { readonly schema: string }>(list: readonly T[]): readonly T[] {
  return list.filter(({ schema }) => schema !== NEON_AUTH);
}

/** By the name of what a grant or a comment is on. */
function isOutside({ name }: { readonly name: string }): boolean {
  return name !== NEON_AUTH && !name.includes(`${NEON_AUTH}.`);
}
