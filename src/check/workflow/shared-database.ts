import type { Job, Texts } from "./workflow.ts";

/**
 * The database that a command reaches. `own`: one that only its job can reach. `shared`: the same text reaches the same
 * database in each job. `unknown`: the workflow does not show it.
 */
export type Reached = { readonly kind: "own" | "unknown" } | Shared;

interface Shared {
  readonly kind: "shared";
  readonly variable: string;
  readonly value: string;
  /** The values of all variables that can name the database. The tool reads one of them. */
  readonly values: readonly string[];
}

/** A variable with its value, in which the variables are replaced. */
export interface Value {
  readonly variable: string;
  readonly value: string;
}

const HOST = /(?:HOST|HOSTNAME|SERVER)$/i;
/** With the same host, another name is another database. */
const NAME =
  /^(?:PGDATABASE|PGOPTIONS|PGSERVICE)$|(?:^|_)(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG)_(?:NAME|DB|DATABASE|SCHEMA|TEST_NAME)$|^(?:DATABASE|DB|DBNAME|POSTGRES_DB|SEARCH_PATH)$/i;
export const NEON_ACTION = /^neondatabase\/create-branch-action\b/;
/** Each leg or job has a value of its own. */
const OF_ONE_LEG = /\bmatrix\.|github\.job\b|\bGITHUB_JOB\b|strategy\.job-index|runner\.name\b/;

/** The database that a variable names. `all`: every variable that can name it. */
export function sharedBy({ variable, value }: Value, all: readonly Value[], job: Job, env: Texts): Reached {
  const names = HOST.test(variable) ? Object.entries(env).flatMap(([name, each]) => (NAME.test(name) ? [resolved(each, env)] : [])) : [];
  const expression = [value, ...names].join(" ").replaceAll(/\s+/g, " ");
  // Each environment has secrets and variables of its own.
  const place = job.environment !== "" && /\b(?:secrets|vars)\./.test(expression) ? ` of the environment ${job.environment}` : "";
  if (OF_ONE_LEG.test(expression + place)) return { kind: "own" };
  const id = /\bsteps\.([\w-]+)\.outputs/.exec(expression)?.[1];
  if (id === undefined) return { kind: "shared", variable, value: expression + place, values: namesIn(all) };
  const source = job.steps.find((step) => step.id === id);
  if (source === undefined || !NEON_ACTION.test(source.uses)) return { kind: "own" };
  // The action adopts an existing branch with this name.
  const { branch_name: branch = "", project_id: project = "" } = source.with;
  if (OF_ONE_LEG.test(branch + project) || branch === "") return { kind: "own" };
  const named = `Neon branch ${branch}${project === "" ? "" : ` of the project ${project}`}`;
  return { kind: "shared", variable, value: named, values: [named] };
}

/** A shadow database is one that a tool creates and clears beside the other one. */
function namesIn(values: readonly Value[]): readonly string[] {
  return [...new Set(values.filter(({ variable }) => !/SHADOW/i.test(variable)).map(({ value }) => value))].toSorted();
}

/** Replaces variables and `env` expressions by their values, where the workflow shows them. */
export function resolved(value: string, env: Texts): string {
  const replace = (text: string): string =>
    text.replaceAll(/\$\{\{\s*env\.(\w+)\s*\}\}|\$\{?(\w+)\}?/g, (whole, one?: string, other?: string) => env[one ?? other ?? ""] ?? whole);
  // A variable can hold a variable.
  return replace(replace(value));
}
