import type { WorkflowDocument } from "./document.ts";

type Texts = Readonly<Record<string, string>>;

/** The parts of a GitHub Actions workflow that the rules use. Texts are as in the file; expressions are not evaluated. */
export interface Workflow {
  readonly file: string;
  readonly triggers: readonly string[];
  readonly env: Texts;
  readonly shell?: string | undefined;
  readonly jobs: readonly Job[];
}

export interface Job {
  readonly id: string;
  readonly line: number;
  readonly needs: readonly string[];
  readonly condition: string;
  readonly env: Texts;
  readonly shell?: string | undefined;
  readonly outputs: Texts;
  /** Whether several instances can run at the same time. */
  readonly matrix: boolean;
  /** Whether the job has its own Postgres service. */
  readonly hasPostgres: boolean;
  readonly steps: readonly Step[];
  /** The whole job as text, to find expressions. */
  readonly text: string;
  lineOf(...path: readonly (string | number)[]): number;
}

export interface Step {
  /** Its job, and its name, id, action or number. */
  readonly name: string;
  readonly line: number;
  readonly id?: string | undefined;
  readonly run: string;
  readonly uses: string;
  readonly with: Texts;
  readonly env: Texts;
  readonly condition: string;
  readonly shell?: string | undefined;
  readonly continueOnError: boolean;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Reads a workflow; undefined for a document that is not a workflow: it lacks jobs or triggers. */
export function workflowOf(file: string, document: WorkflowDocument): Workflow | undefined {
  const root = mapping(document.value);
  const jobs = mapping(root["jobs"]);
  if (Object.keys(jobs).length === 0 || root["on"] === undefined) return undefined;
  return {
    file,
    triggers: triggersOf(root["on"]),
    env: texts(root["env"]),
    shell: shellOf(root),
    jobs: Object.entries(jobs).map(([id, job]) => jobOf(id, mapping(job), document)),
  };
}

function triggersOf(on: unknown): readonly string[] {
  if (typeof on === "string") return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(mapping(on));
}

function jobOf(id: string, job: Mapping, document: WorkflowDocument): Job {
  const lineOf = (...path: readonly (string | number)[]): number => document.lineOf(["jobs", id, ...path]);
  const needs = job["needs"];
  const steps = Array.isArray(job["steps"]) ? (job["steps"] as unknown[]) : [];
  return {
    id,
    line: lineOf(),
    needs: typeof needs === "string" ? [needs] : Array.isArray(needs) ? needs.map(String) : [],
    condition: text(job["if"]),
    env: texts(job["env"]),
    shell: shellOf(job),
    outputs: texts(job["outputs"]),
    matrix: mapping(job["strategy"])["matrix"] !== undefined,
    hasPostgres: Object.values(mapping(job["services"])).some((service) => /postgres|postgis|timescale/i.test(JSON.stringify(service))),
    steps: steps.map((step, at) => stepOf(id, mapping(step), at, lineOf("steps", at))),
    text: JSON.stringify(job),
    lineOf,
  };
}

function stepOf(job: string, step: Mapping, at: number, line: number): Step {
  const [id, uses] = [text(step["id"]), text(step["uses"])];
  const called = [text(step["name"]), id, uses].find((name) => name !== "") ?? `step ${at + 1}`;
  return {
    name: `${job}, ${called}`,
    line,
    id: id === "" ? undefined : id,
    run: text(step["run"]),
    uses,
    with: texts(step["with"]),
    env: texts(step["env"]),
    condition: text(step["if"]),
    shell: step["shell"] === undefined ? undefined : text(step["shell"]),
    // An expression can be true.
    continueOnError: step["continue-on-error"] !== undefined && text(step["continue-on-error"]) !== "false",
  };
}

function shellOf(holder: Mapping): string | undefined {
  const { shell } = mapping(mapping(holder["defaults"])["run"]);
  return shell === undefined ? undefined : text(shell);
}

function mapping(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

function texts(value: unknown): Texts {
  return Object.fromEntries(Object.entries(mapping(value)).map(([name, each]) => [name, text(each)]));
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
