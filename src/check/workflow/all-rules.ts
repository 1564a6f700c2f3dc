import type { CheckFinding } from "../finding.ts";
import { branchLeft, cleanupSkipped } from "./rules/branches.ts";
import { needsMissing, secretInOutput, untrustedCheckout } from "./rules/expressions.ts";
import { failureHidden, migratesTwice, throughPooler } from "./rules/migrations.ts";
import { incrementEnds, outputBuffered } from "./rules/scripts.ts";
import type { Workflow } from "./workflow.ts";

const RULES: readonly ((workflow: Workflow) => readonly CheckFinding[])[] = [
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

/** The known mistakes in the workflows of one repository. Pure. */
export function mistakesIn(workflows: readonly Workflow[]): readonly CheckFinding[] {
  return [...workflows.flatMap((workflow) => RULES.flatMap((rule) => rule(workflow))), ...branchLeft(workflows)];
}
