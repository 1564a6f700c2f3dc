import type { Catalog } from "../../catalog/catalog.ts";
import type { Domain } from "../../catalog/datatypes.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, type ObjectRepair } from "../repair-context.ts";
import { toStatements } from "../step.ts";
import { alterType, createType, dropType, typeMatches } from "./datatypes.ts";

export const domains: ObjectRepair = {
  create: createType("domains", ({ id, type, collation, default: initial, nullable }: Domain, { expected }) => {
    const rest = [
      collation === undefined ? "" : `collate ${collation}`,
      initial === undefined ? "" : `default ${initial}`,
      nullable ? "" : "not null",
      // A check cannot be added later if a column uses an array of the domain.
      ...inline(expected.catalog.constraints, id).map(({ name, definition }) => `constraint ${quoted(name)} ${definition}`),
    ];
    return [`create domain ${id} as ${type}`, ...rest.filter((part) => part !== "")].join(" ");
  }),
  drop: (id, context) => dropType("domains", id, context),
  isUnchanged(id, _differences, { actual }) {
    const { type, collation } = actual.get("domains", id);
    const collated = collation === undefined ? "" : ` and typcollation = ${literal(collation)}::regcollation`;
    return typeMatches(id, `pg_catalog.format_type(typbasetype, typtypmod) = ${literal(type)}${collated}`);
  },
  alter: alterType("domains", (id, differences, { expected }) => {
    const { default: initial, nullable } = expected.get("domains", id);
    const changed = byProperty(differences);
    if (changed.has("type") || changed.has("collation")) return "recreate";
    return [
      ...(changed.has("default")
        ? toStatements(`alter domain ${id} ${initial === undefined ? "drop default" : `set default ${initial}`}`)
        : []),
      ...(changed.has("nullable")
        ? [
            {
              sql: `alter domain ${id} ${nullable ? "drop" : "set"} not null`,
              warning: nullable ? undefined : "reads every table that uses the domain",
            },
          ]
        : []),
    ];
  }),
};

/** The constraints that are created with a new domain. */
function inline(constraints: Catalog["constraints"], domain: string): Catalog["constraints"] {
  return constraints.filter(({ of, schema, table, validated }) => of === "domain" && validated && path(schema, table) === domain);
}
