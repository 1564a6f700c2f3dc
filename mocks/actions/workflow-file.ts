import { parse } from "yaml";
import { z } from "zod";
import { conditionOf } from "./expression/evaluate.ts";
import { EXPRESSIONS } from "./expression/parse.ts";
import { compile, type Place } from "./expression/places.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const variables = z.record(z.string(), scalar);
const condition = z.union([z.string(), z.boolean()]);
const count = z.union([z.string(), z.number()]);
const id = z.string().regex(/^[A-Za-z_][\w-]*$/, "an id holds letters, digits, _ and -, and starts with a letter or _");
const names = z.union([z.string(), z.array(z.string())]);
const runDefaults = z.strictObject({ run: z.strictObject({ shell: z.string().optional(), "working-directory": z.string().optional() }) });
const permissions = z.union([z.enum(["read-all", "write-all"]), z.record(z.string(), z.enum(["read", "write", "none"]))]);
const concurrency = z.union([z.string(), z.strictObject({ group: z.string(), "cancel-in-progress": condition.optional() })]);

const step = z
  .strictObject({
    id: id.optional(),
    name: z.string().optional(),
    if: condition.optional(),
    uses: z.string().optional(),
    with: variables.optional(),
    run: z.string().optional(),
    shell: z.string().optional(),
    "working-directory": z.string().optional(),
    env: variables.optional(),
    "continue-on-error": condition.optional(),
    "timeout-minutes": count.optional(),
  })
  .refine((given) => (given.run === undefined) !== (given.uses === undefined), "a step has either run or uses")
  .refine((given) => given.uses !== undefined || given.with === undefined, "a step that runs a script takes no with");

const service = z.strictObject({
  image: z.string(),
  env: variables.optional(),
  ports: z.array(count).optional(),
  options: z.string().optional(),
});

const job = z.strictObject({
  name: z.string().optional(),
  "runs-on": names,
  needs: names.optional(),
  if: condition.optional(),
  permissions: permissions.optional(),
  concurrency: concurrency.optional(),
  env: variables.optional(),
  defaults: runDefaults.optional(),
  outputs: z.record(id, z.string()).optional(),
  services: z.record(id, service).optional(),
  strategy: z
    .strictObject({
      matrix: z.union([z.string(), z.record(z.string(), z.union([z.string(), z.array(z.unknown())]))]),
      "fail-fast": condition.optional(),
    })
    .optional(),
  "timeout-minutes": count.optional(),
  steps: z.array(step).min(1),
});

const filter = z.strictObject({ types: names.optional(), branches: names.optional(), tags: names.optional(), paths: names.optional() });
const triggers = z.partialRecord(
  z.enum(["push", "pull_request", "pull_request_target", "merge_group", "workflow_dispatch", "schedule"]),
  z.union([z.null(), filter, z.array(z.strictObject({ cron: z.string() })), z.strictObject({ inputs: z.record(z.string(), z.unknown()) })]),
);

const workflow = z.strictObject({
  name: z.string().optional(),
  "run-name": z.string().optional(),
  on: z.union([z.string(), z.array(z.string()), triggers]),
  permissions: permissions.optional(),
  concurrency: concurrency.optional(),
  env: variables.optional(),
  defaults: runDefaults.optional(),
  jobs: z.record(id, job),
});

export type WorkflowText = z.infer<typeof workflow>;
export type JobText = z.infer<typeof job>;
export type StepText = z.infer<typeof step>;
export type ServiceText = z.infer<typeof service>;

/** Reads a workflow file. Throws for an unknown key, an invalid expression, and a `needs` without a job. */
export function readWorkflow(yaml: string): WorkflowText {
  const read = workflow.safeParse(parse(yaml));
  if (!read.success) throw new Error(`GitHub would refuse this workflow:\n${z.prettifyError(read.error)}`);
  const text = read.data;
  const { jobs, concurrency: group, env, "run-name": runName } = text;
  check({ runName }, "run-name");
  check(group, "concurrency");
  check(env, "env");
  for (const [name, given] of Object.entries(jobs)) {
    for (const need of needsOf(given))
      if (jobs[need] === undefined) throw new Error(`The job ${name} needs ${need}, which does not exist.`);
    checkJob(given);
  }
  return text;
}

export function needsOf({ needs = [] }: Pick<JobText, "needs">): readonly string[] {
  return typeof needs === "string" ? [needs] : needs;
}

function checkJob({ if: when, env, outputs, strategy, steps, ...rest }: JobText): void {
  checkCondition(when, "job.if");
  check(env, "job.env");
  check(outputs, "job.outputs");
  check(strategy, "job.strategy");
  check(rest, "job");
  const ids = steps.flatMap((each) => each.id ?? []);
  if (new Set(ids).size < ids.length) throw new Error(`Two steps have the same id among ${ids.join(", ")}.`);
  for (const { if: whenStep, ...others } of steps) {
    checkCondition(whenStep, "step.if");
    check(others, "step");
  }
}

function checkCondition(given: string | boolean | undefined, place: Place): void {
  if (given !== undefined) compile(conditionOf(given), place);
}

/** Compiles every expression in a value. */
function check(value: unknown, place: Place): void {
  if (typeof value === "string") {
    for (const [, inner = ""] of value.matchAll(EXPRESSIONS)) compile(inner, place);
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) check(inner, place);
  }
}
