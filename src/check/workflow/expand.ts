import { posix } from "node:path";
import { readDocument } from "./document.ts";
import { joined } from "./expression.ts";
import { inputsOf } from "./inputs.ts";
import type { Repository } from "./repository.ts";
import { compositeStepsOf, type Job, type Step, type Texts, type Workflow, workflowOf } from "./workflow.ts";

// Actions can call each other in a circle.
const DEEPEST = 4;

/** Writes the steps of the repository's own composite actions in place of the steps that use them. */
export function withCompositeSteps(workflow: Workflow, repository: Repository): Workflow {
  return { ...workflow, jobs: workflow.jobs.map((job) => ({ ...job, steps: job.steps.flatMap((step) => stepsOf(step, repository, 0)) })) };
}

function stepsOf(step: Step, repository: Repository, depth: number): readonly Step[] {
  if (!step.uses.startsWith("./") || depth === DEEPEST) return [step];
  const action = actionAt(step.uses, repository);
  const document = action === undefined ? undefined : readDocument(action.text);
  const inner = document === undefined || document.error !== undefined ? undefined : compositeStepsOf(document);
  if (document === undefined || inner === undefined) return [step];
  const { fill, fillCondition } = inputsOf(document, step.with);
  return inner
    .map((each): Step => ({
      ...each,
      name: step.name,
      line: step.line,
      run: fill(each.run),
      folder: fill(each.folder),
      with: mapped(each.with, fill),
      env: { ...step.env, ...mapped(each.env, fill) },
      condition: joined(step.condition, fillCondition(each.condition)),
      written: [...step.written, ...each.written],
      continueOnError: step.continueOnError || each.continueOnError,
    }))
    .flatMap((each) => stepsOf(each, repository, depth + 1));
}

interface Source {
  readonly file: string;
  readonly text: string;
}

/** The file of an action in the repository. */
export function actionAt(uses: string, { read }: Repository): Source | undefined {
  if (!uses.startsWith("./")) return undefined;
  const folder = posix.normalize(uses);
  return firstOf(
    ["action.yml", "action.yaml"].map((name) => posix.join(folder, name)),
    read,
  );
}

/** The file of a called workflow in the repository. */
export function workflowAt(uses: string, { read }: Repository): Source | undefined {
  return uses.startsWith("./") ? firstOf([posix.normalize(uses.replace(/@.*$/, ""))], read) : undefined;
}

function firstOf(files: readonly string[], read: Repository["read"]): Source | undefined {
  return files.map((file) => ({ file, text: read(file) })).find((each): each is Source => each.text !== undefined);
}

/** The jobs of the repository's own workflow that a job calls; undefined when it calls none. */
export function calledJobs(job: Job, repository: Repository): Workflow | undefined {
  const source = workflowAt(job.uses, repository);
  const document = source === undefined ? undefined : readDocument(source.text);
  if (source === undefined || document === undefined || document.error !== undefined) return undefined;
  const called = workflowOf(source.file, document);
  if (called === undefined) return undefined;
  const inputs = inputsOf(document, job.with);
  const fill = (text: string): string => withSecrets(inputs.fill(text), job.secrets);
  const env = mapped(called.env, fill);
  return withCompositeSteps(
    {
      ...called,
      env,
      concurrency: fill(called.concurrency),
      jobs: called.jobs.map((each) => ({
        ...each,
        condition: inputs.fillCondition(each.condition),
        env: mapped(each.env, fill),
        environment: fill(each.environment),
        concurrency: fill(each.concurrency),
        steps: each.steps.map((step) => ({
          ...step,
          condition: inputs.fillCondition(step.condition),
          run: fill(step.run),
          folder: fill(step.folder),
          env: mapped(step.env, fill),
          with: mapped(step.with, fill),
        })),
      })),
    },
    repository,
  );
}

/** Replaces the secrets that a called workflow names by those that the caller passes under these names. */
function withSecrets(text: string, passed: Texts): string {
  return text.replaceAll(/\$\{\{\s*secrets\.(\w+)\s*\}\}/g, (whole, name: string) => passed[name] ?? whole);
}

function mapped(texts: Texts, change: (text: string) => string): Texts {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text)]));
}
