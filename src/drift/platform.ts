import type { Catalog } from "../audit/catalog/catalog.ts";

/** The schema that Neon Auth makes and fills (Neon docs, "Neon Auth"). */
const NEON_AUTH = "neon_auth";

/**
 * Neon's administrator leaves two default privileges in every database, for tables and for sequences: a dump of one ends
 * in `ALTER DEFAULT PRIVILEGES FOR ROLE cloud_admin IN SCHEMA public GRANT ALL ON TABLES TO neon_superuser WITH GRANT
 * OPTION`. No migration can have made them, nor take them away.
 */
const NEON_PRIVILEGE = /^cloud_admin in /;

/** Takes out what Neon itself puts into a database. */
export function withoutPlatform(catalog: Catalog): Catalog {
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
    defaultPrivileges: catalog.defaultPrivileges.filter(
      ({ name }) => !NEON_PRIVILEGE.test(name) && !name.includes(` in ${NEON_AUTH} for `),
    ),
  };
}

function outside<T extends { readonly schema: string }>(list: readonly T[]): readonly T[] {
  return list.filter(({ schema }) => schema !== NEON_AUTH);
}

/** By the name of what a grant or a comment is on. */
function isOutside({ name }: { readonly name: string }): boolean {
  return name !== NEON_AUTH && !name.includes(`${NEON_AUTH}.`);
}
