import { found, type CheckFinding } from "../../finding.ts";
import { isOffshoot, migrates } from "../commands.ts";
import { followStep } from "../follow.ts";
import type { Repository } from "../repository.ts";
import type { Step, Workflow } from "../workflow.ts";

/** What a pipeline can be required to contain. */
export const REQUIREMENTS = ["audit", "rollback-check", "metrics", "worker", "teardown", "unbuffered"] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

interface About {
  /** In a sentence: "no step …". */
  readonly purpose: string;
  /** The step to add, as YAML. */
  readonly add: readonly string[];
  readonly isMet: (seen: Seen) => boolean;
}

/** A step with the commands that it runs, also in scripts. */
interface Seen {
  readonly step: Step;
  readonly commands: readonly string[];
  /** The names of the variables that the workflow, the job and the step set. */
  readonly variables: readonly string[];
}

const offshoot =
  (...names: readonly string[]) =>
  ({ commands }: Seen): boolean =>
    commands.some((command) => new RegExp(String.raw`\boffshoot(?:@\S+)?\s+(?:${names.join("|")})(?=\s|$)`).test(command));

const uses =
  (pattern: RegExp) =>
  ({ commands }: Seen): boolean =>
    commands.some((command) => pattern.test(command));

const isAction = ({ step }: Seen): boolean => /\boffshoot(?:@|$)/.test(step.uses);

const ABOUT: Readonly<Record<Requirement, About>> = {
  audit: {
    purpose: "checks the schema of the migrated database",
    add: ["- run: npx offshoot audit"],
    isMet: (seen) => offshoot("audit")(seen) || uses(/\bschema[_-]audit\b/)(seen),
  },
  "rollback-check": {
    purpose: "tests that each migration can be reverted",
    add: ["- run: npx offshoot rollback-check"],
    isMet: (seen) =>
      offshoot("rollback-check")(seen) ||
      uses(/\balembic\b.*\bdowngrade\b|\bmigrate:(?:down|rollback)\b|\bdb:rollback\b|\bmigrate\b.*\b(?:down|zero)\b|\bmigration:revert\b/)(
        seen,
      ),
  },
  metrics: {
    purpose: "checks the metrics endpoint",
    add: ["- run: npx offshoot check metrics http://localhost:8000/metrics --metric NAME"],
    isMet: (seen) => offshoot(String.raw`check\s+metrics`)(seen) || uses(/\bmetrics[_-]validation\b|\bpromtool\s+check\s+metrics\b/)(seen),
  },
  worker: {
    purpose: "checks that the worker keeps running and writes a log",
    add: ["- run: npx offshoot check worker --lines 50 -- COMMAND"],
    isMet: offshoot(String.raw`check\s+worker`),
  },
  teardown: {
    purpose: "deletes the database, also after a failure",
    add: ["- if: always()", "  run: npx offshoot down"],
    isMet: (seen) =>
      offshoot("run")(seen) ||
      (isAction(seen) && seen.step.with["teardown"] === "true") ||
      (/\balways\(\)|!\s*cancelled\(\)|closed/.test(seen.step.condition) &&
        (offshoot("down")(seen) || uses(/\bneonctl?\s+branch(?:es)?\s+delete\b/)(seen) || /delete-branch-action/.test(seen.step.uses))),
  },
  unbuffered: {
    purpose: "sets PYTHONUNBUFFERED, so that the log of a killed process is complete",
    add: ["env:", "  PYTHONUNBUFFERED: 1"],
    isMet: (seen) =>
      seen.variables.includes("PYTHONUNBUFFERED") ||
      offshoot(String.raw`check\s+worker`)(seen) ||
      uses(/\bPYTHONUNBUFFERED=|\bpython[\d.]*\s+-\w*u/)(seen),
  },
};

/** The required steps that none of the workflows contains. The files are checked together. */
export function stepsMissing(
  workflows: readonly Workflow[],
  required: readonly Requirement[],
  repository: Repository,
): readonly CheckFinding[] {
  const seen = workflows.flatMap((workflow) => seenIn(workflow, repository).map((each) => ({ workflow, ...each })));
  // The finding is in the workflow that works with a database, where the step belongs.
  const main = seen.find(
    ({ commands, step }) => /offshoot/.test(step.uses) || commands.some((command) => migrates(command) || isOffshoot(command)),
  );
  const [first] = workflows;
  const { file } = main?.workflow ?? first ?? { file: "" };
  return required
    .filter((name) => !seen.some(ABOUT[name].isMet))
    .map((name) => {
      const { purpose, add } = ABOUT[name];
      return found("step-missing", { kind: "workflow", name: file }, { step: name, purpose, add }, { file, line: main?.step.line ?? 1 });
    });
}

function seenIn({ env, jobs }: Workflow, repository: Repository): readonly Seen[] {
  return jobs.flatMap((job) =>
    job.steps.map((step) => ({
      step,
      commands: followStep(step, repository).map(({ text }) => text),
      variables: Object.keys({ ...env, ...job.env, ...step.env }),
    })),
  );
}
