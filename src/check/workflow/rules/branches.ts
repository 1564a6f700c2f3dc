import { found, type CheckFinding } from "../../finding.ts";
import { logicalLines } from "../shell.ts";
import type { Job, Step, Workflow } from "../workflow.ts";

const CREATES = /^neondatabase\/create-branch-action\b/;
const DELETES = /^neondatabase\/delete-branch-action\b/;
const ALWAYS = /\balways\(\)/;
const INSTALLS = /^(?:npm (?:ci|install)|pnpm install|yarn install|corepack enable|pip3? install)\b[^&|;]*$/;
// Actions that only prepare the job. Any other action can fail, and then the steps after it are skipped.
const PREPARES = /^(?:actions\/(?:checkout|cache|setup-[\w-]+|download-artifact)|[\w.-]+\/(?:setup|action-setup|setup-[\w-]+))(?:@|$)/;
const RUNS = /\boffshoot(?:@\S+)?\s+run\b/;
const DELETING_COMMAND = /\b(?:offshoot\s+down|neonctl?\s+branch(?:es)?\s+delete)\b/;

/** Neon branches that do not expire and that no step in any of the files deletes. */
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
  return DELETES.test(uses) || linesOf(run).some((command) => DELETING_COMMAND.test(command));
}

/** Cleanup steps that a failed or cancelled run skips. A step that runs when the pull request is closed is not part of a run. */
export function cleanupSkipped({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps
      .filter((step) => cleans(step) && !runsAnyway(step, job))
      .map((step) =>
        found(
          "cleanup-skipped",
          { kind: "step", name: step.name },
          { step: step.uses === "" ? (linesOf(step.run).find((command) => DELETING_COMMAND.test(command)) ?? "") : step.uses },
          { file, line: step.line },
        ),
      ),
  );
}

function runsAnyway(step: Step, job: Job): boolean {
  if (/closed/.test(step.condition + job.condition)) return true;
  // Steps before it that only install cannot leave a database behind, and without them the cleanup command does not exist.
  const first = job.steps.slice(0, job.steps.indexOf(step)).every(onlyPrepares);
  // `offshoot run` cleans up by itself, unless its step is killed.
  const rest = /\bcancelled\(\)/.test(step.condition) && job.steps.some((other) => RUNS.test(other.run));
  // When a needed job is skipped or fails, the whole job is skipped, whatever the condition of the step.
  return (isAlways(step.condition) || first || rest) && (isAlways(job.condition) || job.needs.length === 0);
}

/** Also the three possible ends of a job together. */
function isAlways(condition: string): boolean {
  if (ALWAYS.test(condition)) return true;
  const alternatives = condition.replaceAll(/^\s*\$\{\{|\}\}\s*$|\s/g, "").split("||");
  return ["success()", "failure()", "cancelled()"].every((each) => alternatives.includes(each));
}

function onlyPrepares({ uses, run }: Step): boolean {
  return uses === "" ? linesOf(run).every((command) => INSTALLS.test(command)) : PREPARES.test(uses);
}

function linesOf(script: string): readonly string[] {
  return logicalLines(script).map(({ text }) => text);
}
