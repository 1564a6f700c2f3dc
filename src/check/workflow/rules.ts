import type { CheckFinding } from "../finding.ts";
import { branchLeft, cleanupSkipped } from "./rules/branches.ts";
import { needsMissing, secretInOutput, untrustedCheckout } from "./rules/expressions.ts";
import { failureHidden, migratesTwice, throughPooler } from "./rules/migrations.ts";
import { incrementEnds, outputBuffered } from "./rules/scripts.ts";
import type { Workflow } from "./workflow.ts";

const OF_EACH: readonly ((workflow: Workflow) => readonly CheckFinding[])[] = [
  migratesTwice,
  failureHidden,
  throughPooler,
  cleanupSkipped,
  secretInOutput,
  needsMissing,
  untrustedCheckout,
  outputBuffered,
  incrementEnds,
];

/** The known mistakes in workflows that belong together. Pure. */
export function mistakesIn(workflows: readonly Workflow[]): readonly CheckFinding[] {
  return [...workflows.flatMap((workflow) => OF_EACH.flatMap((rule) => rule(workflow))), ...branchLeft(workflows)];
}
