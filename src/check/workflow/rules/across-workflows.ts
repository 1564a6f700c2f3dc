import { found, type CheckFinding } from "../../finding.ts";
import { bothRun } from "../certain-conditions.ts";
import { certainDatabase } from "../certain-database.ts";
import { commonEvents, type WorkflowEvent } from "../common-events.ts";
import { canShareGroup } from "../concurrency.ts";
import { type Migrating, migrationsOf } from "../migrating.ts";
import type { Repository } from "../repository.ts";
import type { Workflow } from "../workflow.ts";

/** A migration with the workflow that is started. */
interface Started extends Migrating {
  readonly workflow: Workflow;
  readonly database: string;
}

/**
 * Jobs of different workflows that one event starts and that migrate one database. Only what the files prove is reported: an
 * event that starts both, conditions that are true then, and one secret, variable or address in both.
 */
export function migratesInSeveralWorkflows(workflows: readonly Workflow[], repository: Repository): readonly CheckFinding[] {
  const all = workflows.flatMap((workflow) =>
    migrationsOf(workflow, repository).flatMap((migrating): readonly Started[] => {
      const database = certainDatabase(migrating);
      return database === undefined ? [] : [{ ...migrating, workflow, database }];
    }),
  );
  const databases = [...new Set(all.map(({ database }) => database))];
  return databases.flatMap((database) => findingOf(all.filter((each) => each.database === database)));
}

function findingOf(started: readonly Started[]): readonly CheckFinding[] {
  const partners = started.map((one) => ({ one, event: started.map((other) => eventOf(one, other)).find((event) => event !== undefined) }));
  const clashing = partners.filter(({ event }) => event !== undefined);
  const [first] = clashing;
  if (first?.event === undefined || first.one.reached.kind !== "shared") return [];
  const { job, step, file, workflow, command, reached } = first.one;
  const jobs = [...new Set(clashing.map(({ one }) => `${one.job.id} in ${one.workflow.file}`))];
  return [
    found(
      "migrates-twice",
      { kind: "job", name: job.id },
      { jobs, command: command.from, database: reached.value, event: first.event.text },
      { file: workflow.file, line: file === workflow.file ? step.line : job.line },
    ),
  ];
}

/** An event on which both run at the same time. */
function eventOf(one: Started, other: Started): WorkflowEvent | undefined {
  if (one.workflow === other.workflow || one.workflow.file === other.workflow.file || waits(one) || waits(other)) return undefined;
  return commonEvents(one.workflow.triggers, other.workflow.triggers).find(
    (event) => bothRun(one.conditions, other.conditions, event) && !canShareGroup(one.groups, other.groups, event),
  );
}

const WAITS = /wait[-_]?(?:on|for)[-_]?|await[-_]|action-wait|workflow-wait|turnstyle/i;
const WAITING_COMMAND = /\bgh\s+(?:run\s+watch|pr\s+checks\b.*--watch)|\bpg_advisory_lock\b|\bflock\b/;

/** Whether a step before the migration can wait for another workflow, or for a lock. */
function waits({ steps, command }: Started): boolean {
  return steps.some(({ uses, run }) => WAITS.test(uses) || WAITING_COMMAND.test(run)) || WAITING_COMMAND.test(command.line);
}
