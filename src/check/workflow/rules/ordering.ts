import { found, type CheckFinding } from "../../finding.ts";
import { isOffshoot } from "../commands.ts";
import { hasStatusFunction } from "../conditions.ts";
import { hasOwnDatabase, reachedBy } from "../database.ts";
import { followStep } from "../follow.ts";
import { comesAfter, canOverlap } from "../graph.ts";
import { databaseKey, migrationsOf } from "../migrating.ts";
import type { Repository } from "../repository.ts";
import type { Job, Workflow } from "../workflow.ts";

const USES_DATABASE =
  /\b(?:pytest|vitest|jest|rspec|playwright|cypress|mocha|phpunit|tox|nox|go\s+test|cargo\s+test|mix\s+test|rails\s+test|(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:test|e2e)\S*|psql|make\s+\S*test\S*)\b/;

/** Jobs that use a database which another job migrates, without waiting for that job. */
export function notAfterMigration(workflow: Workflow, repository: Repository): readonly CheckFinding[] {
  const migrations = migrationsOf(workflow, repository).filter((each) => (databaseKey(each) ?? "") !== "");
  const migrating = new Set(migrations.map(({ job }) => job.id));
  return workflow.jobs.flatMap((job) => {
    if (migrating.has(job.id) || hasOwnDatabase(job, repository) || usesOffshoot(job, repository)) return [];
    for (const step of job.steps) {
      const used = followStep(step, repository).find(({ text }) => USES_DATABASE.test(text));
      if (used === undefined) continue;
      const reached = reachedBy(used, { step, job, workflow, repository });
      const migration = migrations.find(
        (each) =>
          reached.kind === "shared" &&
          databaseKey(each) === reached.value &&
          canOverlap(each, { job, condition: step.condition }, workflow),
      );
      if (migration === undefined) continue;
      const facts = { migrates: migration.job.id, command: used.from };
      return [found("not-after-migration", { kind: "job", name: job.id }, facts, { file: workflow.file, line: step.line })];
    }
    return [];
  });
}

function usesOffshoot(job: Job, repository: Repository): boolean {
  return job.steps.some((step) => /\boffshoot(?:@|$)/.test(step.uses) || followStep(step, repository).some(({ text }) => isOffshoot(text)));
}

/**
 * Jobs with a fallback for a job that can be skipped. A job whose needed job was skipped is skipped as well, unless its
 * condition contains a status function (GitHub documentation, "Using conditions to control job execution").
 */
export function fallbackSkipped({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) => {
    if (hasStatusFunction(job.condition)) return [];
    const skippable = jobs.find(
      (other) =>
        comesAfter(job, other.id, jobs) &&
        other.condition !== "" &&
        !hasStatusFunction(other.condition) &&
        !wants(job, other.id) &&
        hasFallback(job, other.id),
    );
    if (skippable === undefined) return [];
    return [
      found(
        "fallback-skipped",
        { kind: "job", name: job.id },
        { needs: skippable.id, condition: skippable.condition },
        { file, line: job.line },
      ),
    ];
  });
}

/** Whether a job is meant to run only after the other one: its condition requires an output of it. */
function wants({ condition }: Job, id: string): boolean {
  const name = id.replaceAll(/[^\w-]/g, "");
  return new RegExp(String.raw`(?<!!\s*)needs\.${name}\.(?:outputs\.[\w-]+\s*(?:==\s*'(?!false'|')|&&|$)|result\s*==\s*'success')`).test(
    condition,
  );
}

/** Whether a job says what to do when the other one has no outputs. */
function hasFallback({ text }: Job, id: string): boolean {
  const name = id.replaceAll(/[^\w-]/g, "");
  const outputs = String.raw`needs\.${name}\.outputs\.[\w-]+`;
  return new RegExp(
    String.raw`${outputs}\s*\|\||!\s*${outputs}|${outputs}\s*(?:!=\s*'true'|==\s*'(?:false)?')|needs\.${name}\.result\s*==\s*'skipped'`,
  ).test(text);
}
