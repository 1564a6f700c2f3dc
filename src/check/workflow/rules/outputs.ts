import { withDots } from "./expressions.ts";
import { nearest } from "../../../nearest.ts";
import { found, type CheckFinding } from "../../finding.ts";
import { readDocument } from "../document.ts";
import { actionAt, workflowAt } from "../expand.ts";
import type { Repository } from "../repository.ts";
import { type Job, outputsOf, type Workflow } from "../workflow.ts";

/** Expressions that read an output which a job, a step, an action or a called workflow does not declare. They are empty. */
export function outputMissing({ file, jobs }: Workflow, repository: Repository): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    [...fromJobs(job, jobs, repository), ...fromSteps(job, repository)].map(({ source, output, similar }) =>
      found("output-missing", { kind: "job", name: job.id }, { source, output, nearest: similar }, { file, line: job.line }),
    ),
  );
}

interface Missing {
  readonly source: string;
  readonly output: string;
  readonly similar: string | undefined;
}

function fromJobs(job: Job, jobs: readonly Job[], repository: Repository): readonly Missing[] {
  return job.needs.flatMap((id) => {
    const needed = jobs.find((each) => each.id === id);
    if (needed === undefined) return [];
    const called = needed.uses === "" ? undefined : workflowAt(needed.uses, repository);
    // A workflow of another repository cannot be read.
    if (needed.uses !== "" && called === undefined) return [];
    const declared = called === undefined ? Object.keys(needed.outputs) : outputsOf(readDocument(called.text));
    const source = called === undefined ? `the job "${id}"` : `the workflow ${called.file}`;
    return missing(job.text, "needs", id, declared).map((output) => ({ source, output, similar: nearest(output, declared) }));
  });
}

interface RawStep {
  readonly id?: unknown;
  readonly uses?: unknown;
}

function fromSteps(job: Job, repository: Repository): readonly Missing[] {
  const steps = ((JSON.parse(job.text) as { steps?: unknown }).steps ?? []) as readonly (RawStep | null)[];
  if (!Array.isArray(steps)) return [];
  const ids = steps.flatMap((step) => (typeof step?.id === "string" ? [step.id] : []));
  const read = [...withDots(job.text).matchAll(/\bsteps\.([A-Za-z_][\w-]*)\.outputs\.([\w-]+)/g)];
  const unknown = new Map(read.filter(([, id = ""]) => !ids.includes(id)).map(([, id = "", output = ""]) => [id, output]));
  const ofActions = steps.flatMap((step) => {
    const { id, uses } = step ?? {};
    const action = typeof id === "string" && typeof uses === "string" ? actionAt(uses, repository) : undefined;
    if (action === undefined || typeof id !== "string") return [];
    const declared = outputsOf(readDocument(action.text));
    return missing(job.text, "steps", id, declared).map((output) => ({
      source: `the action ${action.file}`,
      output,
      similar: nearest(output, declared),
    }));
  });
  return [
    ...[...unknown].map(([id, output]) => ({ source: `no step with the id "${id}"`, output, similar: nearest(id, ids) })),
    ...ofActions,
  ];
}

function missing(text: string, context: string, id: string, declared: readonly string[]): readonly string[] {
  const read = text.matchAll(new RegExp(String.raw`\b${context}\.${id.replaceAll(/[^\w-]/g, "")}\.outputs\.([\w-]+)`, "g"));
  return [...new Set([...read].map(([, output = ""]) => output).filter((output) => !declared.includes(output)))];
}
