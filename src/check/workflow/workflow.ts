import type { WorkflowDocument } from "./document.ts";
import { type Matrix, matrixOf } from "./matrix.ts";
import { isServerImage } from "./own-server.ts";
import { type Trigger, triggersOf } from "./triggers.ts";

export type Texts = Readonly<Record<string, string>>;

/** The parts of a GitHub Actions workflow that the rules use. Texts are as in the file; expressions are not evaluated. */
export interface Workflow {
  readonly file: string;
  readonly name: string;
  readonly triggers: readonly Trigger[];
  /** Runs with the same text do not run at the same time. */
  readonly concurrency: string;
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
  readonly matrix: Matrix;
  /** Jobs and runs with the same text do not run at the same time. */
  readonly concurrency: string;
  /** Its secrets and variables differ from those of the repository. */
  readonly environment: string;
  /** Label of the machine, or what describes it. */
  readonly runsOn: string;
  /** Whether the job has its own database server as a service. */
  readonly hasService: boolean;
  /** Whether the workflow continues and succeeds when the job fails. An expression, such as one of a matrix, does not count. */
  readonly continueOnError: boolean;
  /** The workflow that the job calls. */
  readonly uses: string;
  readonly with: Texts;
  /** What the called workflow gets under these names. */
  readonly secrets: Texts;
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
  /** Where it runs, relative to the repository. */
  readonly folder: string;
  readonly uses: string;
  readonly with: Texts;
  readonly env: Texts;
  readonly condition: string;
  /** The conditions as they are written: that of the step, and those inside of an action of the repository. */
  readonly written: readonly string[];
  readonly shell?: string | undefined;
  readonly continueOnError: boolean;
}

type Mapping = Readonly<Record<string, unknown>>;

/** The steps of a composite action; undefined for another kind of action. */
export function compositeStepsOf(document: WorkflowDocument): readonly Step[] | undefined {
  const steps = mapping(mapping(document.value)["runs"])["steps"];
  return Array.isArray(steps)
    ? (steps as unknown[]).map((step, at) => stepOf("action", mapping(step), at, { line: 1, folder: "." }))
    : undefined;
}

/** The names of the outputs that an action or a called workflow declares. */
export function outputsOf(document: WorkflowDocument): readonly string[] {
  const root = mapping(document.value);
  return Object.keys(mapping(root["outputs"] ?? mapping(mapping(root["on"])["workflow_call"])["outputs"]));
}

/** Reads a workflow; undefined for a document that is not a workflow: it lacks jobs or triggers. */
export function workflowOf(file: string, document: WorkflowDocument): Workflow | undefined {
  const root = mapping(document.value);
  const jobs = mapping(root["jobs"]);
  if (Object.keys(jobs).length === 0 || root["on"] === undefined) return undefined;
  return {
    file,
    name: text(root["name"]) || file,
    triggers: triggersOf(root["on"]),
    concurrency: namedBy(root["concurrency"], "group"),
    env: texts(root["env"]),
    shell: shellOf(root),
    jobs: Object.entries(jobs).map(([id, job]) => jobOf(id, mapping(job), document, folderOf(root, "."))),
  };
}

function jobOf(id: string, job: Mapping, document: WorkflowDocument, inherited: string): Job {
  const folder = folderOf(job, inherited);
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
    matrix: matrixOf(mapping(job["strategy"])),
    concurrency: namedBy(job["concurrency"], "group"),
    environment: namedBy(job["environment"], "name"),
    hasService: Object.entries(mapping(job["services"])).some((service) => isServerImage(JSON.stringify(service))),
    runsOn: text(job["runs-on"]),
    continueOnError: text(job["continue-on-error"]) === "true",
    uses: text(job["uses"]),
    with: texts(job["with"]),
    secrets: texts(job["secrets"]),
    steps: steps.map((step, at) => stepOf(id, mapping(step), at, { line: lineOf("steps", at), folder })),
    text: JSON.stringify(job),
    lineOf,
  };
}

function stepOf(job: string, step: Mapping, at: number, { line, folder }: { readonly line: number; readonly folder: string }): Step {
  const [id, uses] = [text(step["id"]), text(step["uses"])];
  const called = [text(step["name"]), id, uses].find((name) => name !== "") ?? `step ${at + 1}`;
  return {
    name: `${job}, ${called}`,
    line,
    id: id === "" ? undefined : id,
    run: text(step["run"]),
    folder: text(step["working-directory"]) || folder,
    uses,
    with: texts(step["with"]),
    env: texts(step["env"]),
    condition: text(step["if"]),
    written: [text(step["if"])],
    shell: step["shell"] === undefined ? undefined : text(step["shell"]),
    // An expression can be true.
    continueOnError: step["continue-on-error"] !== undefined && text(step["continue-on-error"]) !== "false",
  };
}

/** The working directory that `defaults` sets. */
function folderOf(holder: Mapping, inherited: string): string {
  return text(mapping(mapping(holder["defaults"])["run"])["working-directory"]) || inherited;
}

/** A setting that is a name, or a mapping with the name under a key. */
function namedBy(value: unknown, key: string): string {
  return typeof value === "string" ? value : text(mapping(value)[key]);
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
