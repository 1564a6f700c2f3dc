import type { Trigger } from "../../catalog/triggers.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { as, finding, type Check } from "./rule.ts";

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
  ...catalog.triggers.flatMap((trigger) =>
    partitionsWithout(trigger).map((on) =>
      finding("trigger-disabled", { kind: "trigger", name: `${on}.${quoted(trigger.name)}` }, { definition: trigger.definition, on }),
    ),
  ),
  ...state.unenforced.map(({ id, definition, on }) =>
    as("error", finding("trigger-disabled", { kind: "constraint", name: id }, { definition, on })),
  ),
];

/** The partitions on which alone it is turned off. */
function partitionsWithout({ onPartitions = [] }: Trigger): readonly string[] {
  return onPartitions.flatMap((text) => (text.endsWith(" disabled") ? [text.slice(0, -" disabled".length)] : []));
}
