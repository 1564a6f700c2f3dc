import { startsDatabase } from "./commands.ts";
import { follow } from "./follow.ts";
import type { Repository } from "./repository.ts";
import { assignmentsOf, writtenVariables } from "./shell.ts";
import type { Job, Step, Texts, Workflow } from "./workflow.ts";

/**
 * The database that a command reaches. `own`: one that only its job can reach. `shared`: the same text reaches the same
 * database in each job. `unknown`: the workflow does not show it.
 */
export type Reached = { readonly kind: "own" | "unknown" } | { readonly kind: "shared"; readonly variable: string; readonly value: string };

const VARIABLE =
  /(?:^|_)(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG|NEON|DIRECT|UNPOOLED|SQLALCHEMY|PRISMA|MIGRATE|MIGRATION|MIGRATIONS)_?\w*(?:URL|URI|DSN|HOST|CONNECTION|CONNECTION_STRING)(?:_\w+)?$|^(?:PGHOST|DSN|DATABASE_URL\w*|CONNECTION_STRING)$/i;
const URL = /^["']?postgres(?:ql)?(?:\+\w+)?:\/\//i;
const LOCAL =
  /sqlite|^file:|:memory:|\blocalhost\b|\b127\.\d+\.\d+\.\d+\b|\[?::1\]?|\b0\.0\.0\.0\b|host\.docker\.internal|^\/|@[a-z][\w-]*(?::\d+)?(?:\/|$)|^(?:postgres|postgresql|db|database|pg)$/i;
const STARTING_ACTION = /postgres|postgis|timescale|supabase|mysql|mariadb|setup-pg|setup-db|compose-action|neon-local|docker-compose/i;
const NEON_ACTION = /^neondatabase\/create-branch-action\b/;
const OFFSHOOT_ACTION = /\boffshoot(?:@|$)/;

/** Whether a job has a database server or a database file of its own. */
export function hasOwnDatabase(job: Job, repository: Repository): boolean {
  return (
    job.hasService ||
    job.steps.some(
      ({ uses, run }) =>
        (!NEON_ACTION.test(uses) && STARTING_ACTION.test(uses)) ||
        OFFSHOOT_ACTION.test(uses) ||
        follow(run, repository).some(({ text }) => startsDatabase(text)),
    )
  );
}

/** The database that a command of a step reaches. The steps before it can have written variables. */
export function reachedBy(command: string, step: Step, job: Job, workflow: Workflow): Reached {
  const before = job.steps.slice(0, job.steps.indexOf(step) + 1).map(({ run }) => writtenVariables(run));
  const env: Texts = Object.assign({}, workflow.env, job.env, ...before, step.env, assignmentsOf(command)) as Texts;
  const values = Object.entries(env)
    .filter(([name, value]) => VARIABLE.test(name) || URL.test(value))
    .map(([variable, value]) => ({ variable, value: resolved(value, env).trim() }))
    .filter(({ value }) => value !== "");
  const inCommand = [...command.matchAll(/["'\s=](postgres(?:ql)?(?:\+\w+)?:\/\/[^\s"']+)/g)].map(([, value = ""]) => ({
    variable: "the command",
    value,
  }));
  const all = [...inCommand, ...values];
  if (all.some(({ value }) => LOCAL.test(value.replaceAll(/\$\{\{.*?\}\}/g, "x.example")))) return { kind: "own" };
  const [first] = all;
  if (first === undefined) return { kind: "unknown" };
  return sharedBy(first.variable, first.value, job);
}

/** Replaces variables and `env` expressions by their values, where the workflow shows them. */
function resolved(value: string, env: Texts): string {
  const replace = (text: string): string =>
    text.replaceAll(/\$\{\{\s*env\.(\w+)\s*\}\}|\$\{?(\w+)\}?/g, (whole, one?: string, other?: string) => env[one ?? other ?? ""] ?? whole);
  // A variable can hold a variable.
  return replace(replace(value));
}

function sharedBy(variable: string, value: string, job: Job): Reached {
  const expression = value.replaceAll(/\s+/g, " ");
  // Each leg, job or attempt has a value of its own.
  if (/\bmatrix\.|github\.job\b|strategy\.job-index/.test(expression)) return { kind: "own" };
  const id = /\bsteps\.([\w-]+)\.outputs/.exec(expression)?.[1];
  if (id === undefined) return { kind: "shared", variable, value: expression };
  const source = job.steps.find((step) => step.id === id);
  if (source === undefined || !NEON_ACTION.test(source.uses)) return { kind: "own" };
  // The action adopts an existing branch with this name.
  const branch = source.with["branch_name"] ?? "";
  return /\bmatrix\.|github\.job\b/.test(branch) || branch === ""
    ? { kind: "own" }
    : { kind: "shared", variable, value: `Neon branch ${branch}` };
}
