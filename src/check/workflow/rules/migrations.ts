import { found, type CheckFinding } from "../../finding.ts";
import { canOverlap, legsOverlap } from "../graph.ts";
import { databaseKey, type Migrating, migratingCommands, migrationsOf } from "../migrating.ts";
import type { Repository } from "../repository.ts";
import { assignmentsOf, withoutPrefix, writtenVariables } from "../shell.ts";
import type { Texts, Workflow } from "../workflow.ts";
import { hasDirectUrl, namesPooler } from "./scripts.ts";

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
    const jobs = new Map(ofDatabase.map((each) => [each.job.id, each]));
    const names = [...jobs.values()].map((one) => (legsOverlap(one) ? `${one.job.id} (a matrix)` : one.job.id));
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

function clashes(one: Migrating, all: readonly Migrating[], workflow: Workflow): boolean {
  if (legsOverlap(one)) return true;
  return all.some((other) => other.job.id !== one.job.id && databaseKey(other) === databaseKey(one) && canOverlap(one, other, workflow));
}

/** The command of the step, and the command that it leads to. */
function shown({ command: { from, text, file } }: Migrating): string {
  return file === undefined ? text : `${from} (in ${file}: ${text})`;
}

/** Migrations with the URL of a pooler, which the workflow sets or an earlier step writes. */
export function throughPooler({ file, env, jobs }: Workflow, repository: Repository): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps.flatMap((step, at) => {
      const commands = migratingCommands(step, repository);
      if (commands.length === 0) return [];
      const written = Object.assign({}, ...job.steps.slice(0, at).map(({ run }) => writtenVariables(run))) as Texts;
      const before = Object.assign({}, ...commands.map(({ from }) => assignmentsOf(from))) as Texts;
      const all: Texts = { ...env, ...job.env, ...written, ...step.env, ...before };
      const names = Object.keys(all).map((name) => `${name}=`);
      const argument = commands.map(({ text }) => text).find((text) => namesPooler(withoutPrefix(text)));
      if (argument !== undefined) {
        return [
          found(
            "migrates-through-pooler",
            { kind: "step", name: step.name },
            { variable: "command", value: argument },
            { file, line: step.line },
          ),
        ];
      }
      const [variable, value] = Object.entries(all).find((entry) => isPooledUrl(...entry)) ?? [];
      if (variable === undefined || value === undefined || hasDirectUrl(names.join("\n"))) return [];
      return [found("migrates-through-pooler", { kind: "step", name: step.name }, { variable, value }, { file, line: step.line })];
    }),
  );
}

function isPooledUrl(variable: string, value: string): boolean {
  return /url|uri|dsn|pghost/i.test(variable) && namesPooler(value);
}
