import type { Trigger } from "../../../catalog/triggers.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import { finding, withSeverity } from "../../finding.ts";
import type { AuditRule } from "../rule.ts";

/**
 * Triggers that were disabled, often for a bulk load, and not enabled again. Postgres enforces foreign keys with triggers
 * as well: where those are disabled, the table accepts rows that refer to nothing.
 */
export const disabledTriggers: AuditRule = ({ catalog, state }) => [
  ...catalog.triggers
    .filter(({ fires }) => fires === "disabled")
    .map(({ id, definition, schema, table }) =>
      finding("trigger-disabled", { kind: "trigger", name: id }, { definition, on: path(schema, table) }),
    ),
  ...catalog.triggers.flatMap((trigger) =>
    disabledPartitions(trigger).map((on) =>
      finding("trigger-disabled", { kind: "trigger", name: `${on}.${quoted(trigger.name)}` }, { definition: trigger.definition, on }),
    ),
  ),
  ...state.unenforced.map(({ id, definition, on }) =>
    withSeverity("error", finding("trigger-disabled", { kind: "constraint", name: id }, { definition, on })),
  ),
];

/** The partitions on which a trigger is disabled, while it is enabled on the parent. */
function disabledPartitions({ onPartitions = [] }: Trigger): readonly string[] {
  return onPartitions.flatMap((text) => (text.endsWith(" disabled") ? [text.slice(0, -" disabled".length)] : []));
}
