import { path } from "../../catalog/quote.ts";
import { finding, type Check } from "./rule.ts";

/** Constraints that were added NOT VALID and never checked against the rows that were there. */
export const unvalidated: Check = ({ catalog }) =>
  catalog.constraints
    .filter(({ validated, enforced, inherited }) => !validated && enforced !== false && inherited !== true)
    .map(({ id, definition, schema, table, of }) =>
      finding("constraint-not-validated", { kind: "constraint", name: id }, { definition, on: `${of} ${path(schema, table)}` }),
    );
