import type { Catalog } from "../../catalog/catalog.ts";
import type { Column } from "../../catalog/columns.ts";
import type { Pair } from "./pair.ts";

/**
 * Takes out what differs between major versions for one and the same schema. PostgreSQL 16 leaves out table names in
 * the texts of views and rules where it can (release notes of 16: "Remove unnecessary table names"), and 17
 * has the right MAINTAIN, which `grant all` includes there, and identity columns in partitions ("Allow partitioned tables
 * to have identity columns").
 */
export function alignMajors([expected, actual]: Pair): Pair {
  if (expected.server.major === actual.server.major) return [expected, actual];
  return [withoutDialect(expected), withoutDialect(actual)];
}

function withoutDialect(catalog: Catalog): Catalog {
  return {
    ...catalog,
    tables: catalog.tables.map((table) => ({ ...table, columns: table.columns.map(withoutInheritedIdentity) })),
    views: catalog.views.map((view) => ({ ...view, definition: "" })),
    rules: catalog.rules.map((rule) => ({ ...rule, definition: "" })),
    grants: catalog.grants.map((grant) => ({ ...grant, rights: withoutMaintain(grant.rights) })),
    defaultPrivileges: catalog.defaultPrivileges.map((privilege) => ({ ...privilege, rights: withoutMaintain(privilege.rights) })),
  };
}

function withoutMaintain(rights: readonly string[]): readonly string[] {
  return rights.filter((right) => !/=MAINTAIN\*?$/.test(right));
}

function withoutInheritedIdentity(column: Column): Column {
  if (column.inherited !== true) return column;
  const { identity: _, ...rest } = column;
  return rest;
}
