import { found, type CheckFinding } from "../../finding.ts";
import { commandsOf } from "../commands.ts";
import type { Job, Step, Workflow } from "../workflow.ts";

const CREATES = /^neondatabase\/create-branch-action\b/;
const DELETES = /^neondatabase\/delete-branch-action\b/;
const ALWAYS = /\balways\(\)/;
const INSTALLS = /^(?:npm (?:ci|install)|pnpm install|yarn install|corepack enable|pip3? install)\b[^&|;]*$/;
const RUNS = /\boffshoot(?:@\S+)?\s+run\b/;
const DELETING_COMMAND = /\b(?:offshoot\s+down|neonctl?\s+branch(?:es)?\s+delete)\b/;

/** Neon branches that nothing in any of the files deletes and that don't expire. */
export function branchLeft(workflows: readonly Workflow[]): readonly CheckFinding[] {
  const all = workflows.flatMap((workflow) => workflow.jobs.flatMap((job) => job.steps.map((step) => ({ workflow, step }))));
  if (all.some(({ step }) => cleans(step))) return [];
  return all
    .filter(({ step }) => CREATES.test(step.uses) && !Object.keys(step.with).some((key) => key.startsWith("expires")))
    .map(({ workflow: { file }, step }) =>
      found("branch-left", { kind: "step", name: step.name }, { uses: step.uses }, { file, line: step.line }),
    );
}

function cleans({ uses, run }: Step): boolean {
  return DELETES.test(uses) || commandsOf(run).some((command) => DELETING_COMMAND.test(command));
}

/** Clean-up that a failure or a cancelled run skips. One that waits for the pull request to be closed is no part of a run. */
export function cleanupSkipped({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps
      .filter((step) => cleans(step) && !runsAnyway(step, job))
      .map((step) =>
        found(
          "cleanup-skipped",
          { kind: "step", name: step.name },
          { step: step.uses === "" ? (commandsOf(step.run).find((command) => DELETING_COMMAND.test(command)) ?? "") : step.uses },
          { file, line: step.line },
        ),
      ),
  );
}

function runsAnyway(step: Step, job: Job): boolean {
  if (/closed/.test(step.condition + job.condition)) return true;
  // Where the installation fails, the command isn't there to clean up with.
  const first = job.steps.every((other) => other === step || commandsOf(other.run).every((command) => INSTALLS.test(command)));
  // `offshoot run` cleans up by itself, unless it is killed with its step.
  const rest = /\bcancelled\(\)/.test(step.condition) && job.steps.some((other) => RUNS.test(other.run));
  // A job that needs others is skipped with them, whatever its steps say.
  return (ALWAYS.test(step.condition) || first || rest) && (ALWAYS.test(job.condition) || job.needs.length === 0);
}
