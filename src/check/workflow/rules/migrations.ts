import { found, type CheckFinding } from "../../finding.ts";
import { migrates } from "../commands.ts";
import { canOverlap, legsOverlap } from "../graph.ts";
import { databaseKey, type Migrating, migrationsOf } from "../migrating.ts";
import type { Repository } from "../repository.ts";
import { shellCommands, writtenVariables } from "../shell.ts";
import type { Step, Texts, Workflow } from "../workflow.ts";
import { hasDirectUrl } from "./scripts.ts";

/**
 * Jobs that migrate one database and can run at the same time: neither waits for the other, and their conditions do not
 * exclude each other. Or one of them is a matrix. A job with a database of its own is left out.
 */
export function migratesTwice(workflow: Workflow, repository: Repository): readonly CheckFinding[] {
  const migrations = migrationsOf(workflow, repository).filter((each) => databaseKey(each) !== undefined);
  const clashing = migrations.filter((one) => clashes(one, migrations, workflow));
  return [...new Set(clashing.map(databaseKey))].flatMap((key) => {
    const ofDatabase = clashing.filter((each) => databaseKey(each) === key);
    const [first] = ofDatabase;
    if (first === undefined) return [];
    const jobs = new Map(ofDatabase.map(({ job }) => [job.id, job]));
    const names = [...jobs.values()].map((job) => (legsOverlap(job) ? `${job.id} (a matrix)` : job.id));
    const { job, step, file } = first;
    const line = file === workflow.file ? step.line : job.line;
    return [
      found(
        "migrates-twice",
        { kind: "job", name: job.id },
        { jobs: names, command: shown(first), database: key === "" ? undefined : key },
        {
          file: workflow.file,
          line,
        },
      ),
    ];
  });
}

function clashes(one: Migrating, all: readonly Migrating[], { jobs }: Workflow): boolean {
  if (legsOverlap(one.job)) return true;
  return all.some((other) => other.job.id !== one.job.id && databaseKey(other) === databaseKey(one) && canOverlap(one, other, jobs));
}

/** The command of the step, and the command that it leads to. */
function shown({ command: { from, text, file } }: Migrating): string {
  return file === undefined ? text : `${from} (in ${file}: ${text})`;
}

/**
 * Migrations that can fail without failing their step. A step without `shell` runs with `bash -e`, without `pipefail`
 * (GitHub documentation, "Workflow syntax", `jobs.<job_id>.steps[*].shell`).
 */
export function failureHidden({ file, shell, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps.flatMap((step) =>
      migratingLines(step.run).flatMap((command) => {
        const by = hiddenBy(command, step, step.shell ?? job.shell ?? shell);
        return by === undefined
          ? []
          : [found("migration-failure-hidden", { kind: "step", name: step.name }, { command, by }, { file, line: step.line })];
      }),
    ),
  );
}

function migratingLines(script: string): readonly string[] {
  return [
    ...new Set(shellCommands(script).flatMap(({ text, line }) => (migrates(text) && !/\boffshoot\b.*\s--\s/.test(text) ? [line] : []))),
  ];
}

function hiddenBy(
  command: string,
  step: Step,
  shell: string | undefined,
): "a pipe" | "continue-on-error" | "the command after ||" | undefined {
  if (step.continueOnError) return "continue-on-error";
  const bare = command.replaceAll(/"[^"]*"|'[^']*'|\$\{\{.*?\}\}/g, "");
  if (/\|\|(?!\s*(?:exit\s+[1-9]|\{[^}]*exit\s+[1-9]|\([^)]*exit\s+[1-9]|return\s+[1-9]|false\b))/.test(bare))
    return "the command after ||";
  const pipes = /[^|>]\|[^|]/.test(bare);
  return pipes && shell === undefined && !/pipefail/.test(step.run) ? "a pipe" : undefined;
}

const POOLED = /-pooler\b|pooled\b|with_pooler\b/i;

/** Migrations with the URL of a pooler, which the workflow sets or an earlier step writes. */
export function throughPooler({ file, env, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps.flatMap((step, at) => {
      if (migratingLines(step.run).length === 0) return [];
      const written = Object.assign({}, ...job.steps.slice(0, at).map(({ run }) => writtenVariables(run))) as Texts;
      const all: Texts = { ...env, ...job.env, ...written, ...step.env };
      const names = Object.keys(all).map((name) => `${name}=`);
      const [variable, value] = Object.entries(all).find((entry) => isPooledUrl(...entry)) ?? [];
      if (variable === undefined || value === undefined || hasDirectUrl(names.join("\n"))) return [];
      return [found("migrates-through-pooler", { kind: "step", name: step.name }, { variable, value }, { file, line: step.line })];
    }),
  );
}

function isPooledUrl(variable: string, value: string): boolean {
  return /url|uri|dsn|pghost/i.test(variable) && !/unpooled/i.test(value) && POOLED.test(value);
}
