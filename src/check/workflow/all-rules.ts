import type { CheckFinding } from "../finding.ts";
import { withCompositeSteps } from "./expand.ts";
import type { Repository } from "./repository.ts";
import { migratesInSeveralWorkflows } from "./rules/across-workflows.ts";
import { branchLeft, cleanupSkipped } from "./rules/branches.ts";
import { untrustedCheckout } from "./rules/checkouts.ts";
import { conditionIsText, needsMissing, outputAsBoolean, secretInOutput } from "./rules/expressions.ts";
import { failureHidden } from "./rules/hidden-failures.ts";
import { migratesTwice, throughPooler } from "./rules/migrations.ts";
import { outputMissing } from "./rules/outputs.ts";
import { fallbackSkipped, notAfterMigration } from "./rules/ordering.ts";
import { type Requirement, stepsMissing } from "./rules/required.ts";
import { incrementEnds, outputBuffered, pooledInScript, secretInLog } from "./rules/scripts.ts";
import { type Script, scriptsOf } from "./scripts.ts";
import type { Workflow } from "./workflow.ts";

const WORKFLOW_RULES: readonly ((workflow: Workflow, repository: Repository) => readonly CheckFinding[])[] = [
  migratesTwice,
  notAfterMigration,
  failureHidden,
  throughPooler,
  fallbackSkipped,
  cleanupSkipped,
  secretInOutput,
  needsMissing,
  outputMissing,
  outputAsBoolean,
  conditionIsText,
  untrustedCheckout,
];

const SCRIPT_RULES: readonly ((script: Script) => readonly CheckFinding[])[] = [outputBuffered, incrementEnds, secretInLog, pooledInScript];

/** The known mistakes in the workflows and scripts of one repository. Pure but for `repository.read`. */
export function mistakesIn(
  workflows: readonly Workflow[],
  repository: Repository = { read: () => undefined },
  scripts: readonly Script[] = [],
  required: readonly Requirement[] = [],
): readonly CheckFinding[] {
  const expanded = workflows.map((workflow) => withCompositeSteps(workflow, repository));
  const files = new Set(scripts.map(({ file }) => file));
  const all = [...scripts, ...scriptsOf(expanded, repository).filter(({ object, file }) => object.kind === "step" || !files.has(file))];
  return [
    ...expanded.flatMap((workflow) => WORKFLOW_RULES.flatMap((rule) => rule(workflow, repository))),
    ...migratesInSeveralWorkflows(expanded, repository),
    ...branchLeft(expanded),
    ...stepsMissing(expanded, required, repository),
    ...all.flatMap((script) => SCRIPT_RULES.flatMap((rule) => rule(script))),
  ];
}
