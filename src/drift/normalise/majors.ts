import type { Catalog } from "../../catalog/catalog.ts";
import type { Column } from "../../catalog/columns.ts";
import type { Pair } from "./pair.ts";

/**
 * Removes what differs between major versions for the same schema. PostgreSQL 16 writes views and rules without
 * unnecessary table names (release notes of 16: "Remove unnecessary table names"). PostgreSQL 17 has the right MAINTAIN,
 * which `grant all` includes, and identity columns in partitions ("Allow partitioned tables to have identity columns").
 * PostgreSQL 18 records whether a child table declares a NOT NULL that it inherits.
 */
export function alignMajors([expected, actual]: Pair): Pair {
  if (expected.server.major === actual.server.major) return [expected, actual];
  return [withoutVersionDifferences(expected), withoutVersionDifferences(actual)];
}

function withoutVersionDifferences(catalog: Catalog): Catalog {
  return {
    ...catalog,
    tables: catalog.tables.map((table) => ({ ...table, columns: table.columns.map(withoutNewInheritance) })),
    views: catalog.views.map((view) => ({ ...view, definition: "" })),
    rules: catalog.rules.map((rule) => ({ ...rule, definition: "" })),
    grants: catalog.grants.map((grant) => ({ ...grant, rights: withoutMaintain(grant.rights) })),
    defaultPrivileges: catalog.defaultPrivileges.map((privilege) => ({ ...privilege, rights: withoutMaintain(privilege.rights) })),
  };
}

function withoutMaintain(rights: readonly string[]): readonly string[] {
  return rights.filter((right) => !/=MAINTAIN\*?$/.test(right));
}

function withoutNewInheritance(column: Column): Column {
  if (column.inherited !== true) return column;
  const { identity: _, ownNotNull: __, ...rest } = column;
  return rest;
}
