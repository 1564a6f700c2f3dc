import { found, type CheckFinding } from "../../finding.ts";
import { migrationsIn } from "../commands.ts";
import type { Job, Step, Workflow } from "../workflow.ts";

/**
 * Jobs that migrate one database and can run at the same time: neither needs the other, or one of them is a matrix. A job
 * with its own Postgres service is left out. So is a step with a condition, which is often written to prevent this.
 */
export function migratesTwice({ file, jobs }: Workflow): readonly CheckFinding[] {
  const migrating = jobs.filter((job) => !job.hasPostgres && migrationOf(job) !== undefined);
  const clashing = migrating.filter((job) => job.matrix || migrating.some((other) => other !== job && !isOrdered(job, other, jobs)));
  const [first] = clashing;
  if (first === undefined) return [];
  const { step, command } = migrationOf(first) ?? {};
  const names = clashing.map(({ id, matrix }) => (matrix ? `${id} (a matrix)` : id));
  return [
    found(
      "migrates-twice",
      { kind: "job", name: first.id },
      { jobs: names, command: command ?? "" },
      { file, line: step?.line ?? first.line },
    ),
  ];
}

function migrationOf(job: Job): { readonly step: Step; readonly command: string } | undefined {
  return job.steps.flatMap((step) => (step.condition === "" ? migrationsIn(step.run).map((command) => ({ step, command })) : []))[0];
}

function isOrdered(one: Job, other: Job, jobs: readonly Job[]): boolean {
  return comesAfter(one, other.id, jobs) || comesAfter(other, one.id, jobs);
}

function comesAfter(job: Job, id: string, jobs: readonly Job[], seen: ReadonlySet<string> = new Set()): boolean {
  if (job.needs.includes(id)) return true;
  return job.needs.some((need) => {
    const before = jobs.find((each) => each.id === need);
    return before !== undefined && !seen.has(need) && comesAfter(before, id, jobs, new Set([...seen, need]));
  });
}

/**
 * Migrations that can fail without failing their step. A step without `shell` runs with `bash -e`, without `pipefail`
 * (GitHub documentation, "Workflow syntax", `jobs.<job_id>.steps[*].shell`).
 */
export function failureHidden({ file, shell, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps.flatMap((step) =>
      migrationsIn(step.run).flatMap((command) => {
        const by = hiddenBy(command, step, step.shell ?? job.shell ?? shell);
        return by === undefined
          ? []
          : [found("migration-failure-hidden", { kind: "step", name: step.name }, { command, by }, { file, line: step.line })];
      }),
    ),
  );
}

function hiddenBy(
  command: string,
  step: Step,
  shell: string | undefined,
): "a pipe" | "continue-on-error" | "the command after ||" | undefined {
  if (step.continueOnError) return "continue-on-error";
  if (/\|\|(?!\s*(?:exit\s+[1-9]|\{[^}]*exit\s+[1-9]|false\b))/.test(command)) return "the command after ||";
  const pipes = /[^|]\|[^|]/.test(command.replaceAll(/"[^"]*"|'[^']*'/g, ""));
  return pipes && shell === undefined && !/pipefail/.test(step.run) ? "a pipe" : undefined;
}

const POOLED = /-pooler\b|pooled\b|with_pooler\b/i;

/** Migrations with the URL of a pooler in the file. */
export function throughPooler({ file, env, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps
      .filter((step) => migrationsIn(step.run).length > 0)
      .flatMap((step) => {
        const [variable, value] = Object.entries({ ...env, ...job.env, ...step.env }).find((entry) => isPooledUrl(...entry)) ?? [];
        if (variable === undefined || value === undefined) return [];
        return [found("migrates-through-pooler", { kind: "step", name: step.name }, { variable, value }, { file, line: step.line })];
      }),
  );
}

function isPooledUrl(variable: string, value: string): boolean {
  return /url|uri|dsn|pghost/i.test(variable) && !/unpooled/i.test(value) && POOLED.test(value);
}
