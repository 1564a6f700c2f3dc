import type { Catalog } from "../../catalog/catalog.ts";
import type { AdvisedSchema } from "../../rehearsal/judge/known-for.ts";

/** The part of a catalog that an advice needs. Pure. */
export function advisedSchema({ tables, views, constraints, indexes, sequences, domains }: Catalog): AdvisedSchema {
  const withChecks = new Set(constraints.flatMap((each) => (each.of === "domain" ? `${each.schema}.${each.table}` : [])));
  return {
    tables: tables.map(({ schema, name, columns }) => ({
      schema,
      name,
      columns: columns.map((column) => column.name),
      notNull: columns.flatMap((column) => (column.nullable ? [] : column.name)),
      primaryKey: constraints.find((each) => each.type === "primary key" && each.schema === schema && each.table === name)?.name,
    })),
    taken: [tables, views, constraints, indexes, sequences].flatMap((each) => each.map(({ name }) => name)),
    domains: domains.flatMap((each) =>
      !each.nullable || withChecks.has(`${each.schema}.${each.name}`) ? [each.name, `${each.schema}.${each.name}`] : [],
    ),
  };
}
