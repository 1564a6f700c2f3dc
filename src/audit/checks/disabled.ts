import { path } from "../quote.ts";
import { as, finding, type Check } from "./check.ts";

/**
 * Triggers that somebody turned off, perhaps for a load, and did not turn on again. With them may go those by
 * which Postgres holds foreign keys: then the table takes rows that refer to nothing.
 */
export const disabled: Check = ({ catalog, state }) => [
  ...catalog.triggers
    .filter(({ fires }) => fires === "disabled")
    .map(({ id, definition, schema, table }) =>
      finding("trigger-disabled", { kind: "trigger", name: id }, { definition, on: path(schema, table) }),
    ),
  ...state.unenforced.map(({ id, definition, on }) =>
    as("error", finding("trigger-disabled", { kind: "constraint", name: id }, { definition, on })),
  ),
];
