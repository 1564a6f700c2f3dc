import { migrates, needsServer } from "./commands.ts";
import { withWorkflowName } from "./concurrency.ts";
import { hasOwnDatabase, reachedBy } from "./database.ts";
import { calledJobs } from "./expand.ts";
import { joined } from "./expression.ts";
import { type Followed, followStep } from "./follow.ts";
import { conditionsOf, neededBy, type Running } from "./graph.ts";
import { migratesByName } from "./migration-names.ts";
import type { Repository } from "./repository.ts";
import type { Reached } from "./shared-database.ts";
import type { Job, Step, Workflow } from "./workflow.ts";

/** A migration in a step of a workflow, or of a workflow that one of its jobs calls. */
export interface Migrating extends Running {
  readonly step: Step;
  readonly command: Followed;
  readonly reached: Reached;
  /** The file of the step. */
  readonly file: string;
  /** All conditions without which the step does not run, also those of the jobs that its job needs. */
  readonly conditions: readonly string[];
  /** The `concurrency` groups in which it runs. */
  readonly groups: readonly string[];
  /** The steps of its job and of the jobs that it needs. */
  readonly steps: readonly Step[];
}

/** All migrations of a workflow that do not run through offshoot. */
export function migrationsOf(workflow: Workflow, repository: Repository): readonly Migrating[] {
  return workflow.jobs.flatMap((job) => {
    const called = calledJobs(job, repository);
    if (called === undefined) return inJob(job, workflow, repository);
    // The jobs of the called workflow run as this job, in the order of that workflow.
    return called.jobs.flatMap((inner) =>
      inJob(inner, called, repository).map((migrating) => ({
        ...migrating,
        job: {
          ...job,
          matrix: job.matrix.legs > inner.matrix.legs ? job.matrix : inner.matrix,
          concurrency: job.concurrency || inner.concurrency,
        },
        condition: joined(inner.condition, migrating.condition),
        conditions: [...conditionsOf(job, workflow.jobs), ...migrating.conditions],
        groups: [...groupsOf(job, workflow, workflow.name), ...groupsOf(inner, called, workflow.name)],
        steps: [...neededBy(job, workflow.jobs).flatMap((each) => each.steps), ...migrating.steps],
      })),
    );
  });
}

function inJob(job: Job, workflow: Workflow, repository: Repository): readonly Migrating[] {
  const own = hasOwnDatabase(job, repository);
  const steps = [job, ...neededBy(job, workflow.jobs)].flatMap((each) => each.steps);
  const conditions = conditionsOf(job, workflow.jobs);
  const groups = groupsOf(job, workflow, workflow.name);
  return job.steps.flatMap((step) =>
    migratingCommands(step, repository).map((command) => {
      const reached = own ? ({ kind: "own" } as const) : reachedBy(command, { step, job, workflow, repository });
      const { condition } = step;
      return { job, step, command, condition, file: workflow.file, reached, conditions: [...conditions, condition], groups, steps };
    }),
  );
}

function groupsOf(job: Job, workflow: Workflow, name: string): readonly string[] {
  return [workflow.concurrency, job.concurrency].filter((group) => group !== "").map((group) => withWorkflowName(group, name));
}

/** The commands of a step that migrate without offshoot, also through the scripts that it calls. */
export function migratingCommands(step: Step, repository: Repository): readonly Followed[] {
  return followStep(step, repository).filter(
    ({ text, from, calls }) => (migrates(text) || migratesByName(text, calls)) && !/\boffshoot\b.*\s--\s/.test(from),
  );
}

/** A text that is equal for two migrations of one database; undefined when only its job can reach it. */
export function databaseKey({ reached, command }: Migrating): string | undefined {
  if (reached.kind === "shared") return reached.value;
  // A tool for servers connects to one. Nothing in the job starts it, so it is outside.
  return reached.kind === "unknown" && needsServer(command.text) ? "" : undefined;
}
