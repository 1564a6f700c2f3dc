import { path } from "../quote.ts";
import { finding, type Check } from "./check.ts";

/** Triggers that somebody turned off, perhaps for a load, and did not turn on again. */
export const disabled: Check = ({ catalog }) =>
  catalog.triggers
    .filter(({ fires }) => fires === "disabled")
    .map(({ id, definition, schema, table }) =>
      finding("trigger-disabled", { kind: "trigger", name: id }, { definition, on: path(schema, table) }),
    );
