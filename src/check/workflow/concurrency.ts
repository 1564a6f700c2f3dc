import type { WorkflowEvent } from "./common-events.ts";

/**
 * Whether two jobs of different workflows share a `concurrency` group, or can share one: a group whose expressions are not
 * known here is compared by the text before the first of them. Groups are compared without upper and lower case.
 */
export function canShareGroup(one: readonly string[], other: readonly string[], event: WorkflowEvent): boolean {
  return one.some((a) => other.some((b) => canBeEqual(evaluated(a, event), evaluated(b, event))));
}

/** Writes the name of the workflow into a group, which `github.workflow` is also in a called workflow. */
export function withWorkflowName(group: string, name: string): string {
  return group.replaceAll(/\$\{\{\s*github\.workflow\s*\}\}/gi, () => name);
}

/** Each run has another value, so that the group is that of one run. */
const OF_ONE_RUN = /\$\{\{[^}]*\bgithub\.(?:run_id|run_number)\b[^}]*\}\}/i;

function evaluated(group: string, { facts }: WorkflowEvent): string {
  return group
    .replaceAll(/\$\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => facts[name.toLowerCase()] ?? whole)
    .replaceAll(/\s*(\$\{\{.*?\}\})\s*/g, "$1")
    .toLowerCase();
}

function canBeEqual(one: string, other: string): boolean {
  if (one === "" || other === "" || OF_ONE_RUN.test(one) || OF_ONE_RUN.test(other)) return false;
  if (!one.includes("${{") && !other.includes("${{")) return one === other;
  if (!one.includes("${{")) return one.startsWith(start(other));
  if (!other.includes("${{")) return other.startsWith(start(one));
  return start(one).startsWith(start(other)) || start(other).startsWith(start(one));
}

/** The text before the first expression. */
function start(group: string): string {
  return group.split("${{")[0] ?? "";
}
