import { nearest } from "../../../nearest.ts";
import { found, type CheckFinding } from "../../finding.ts";
import { isSecretName } from "../secret-names.ts";
import { valuesIn } from "../secret-values.ts";
import { isText } from "../expression.ts";
import type { Job, Workflow } from "../workflow.ts";

/** Job outputs that hold a secret or a database URL. */
export function secretInOutput({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    Object.entries(job.outputs)
      .filter(([, value]) => holdsSecret(value, job))
      .map(([output, value]) =>
        found("secret-in-output", { kind: "job", name: job.id }, { output, value }, { file, line: job.lineOf("outputs", output) }),
      ),
  );
}

function holdsSecret(value: string, job: Job): boolean {
  return valuesIn(value).some((text) =>
    [...text.matchAll(/\bsecrets\.([\w-]+)|\b(?:steps\.([\w-]+)\.)?outputs\.([\w-]+)/g)].some(([, secret, id, name = ""]) =>
      secret === undefined ? isSecretName(name) && !isFixed(id, name, job) : secret !== "GITHUB_TOKEN",
    ),
  );
}

/** Whether a step writes this output as a text that is in the workflow itself, such as a password of a demo. */
function isFixed(id: string | undefined, output: string, { steps }: Job): boolean {
  const script = steps.find((step) => step.id === id)?.run ?? "";
  const written = [...script.matchAll(/\b([\w-]+)=(.*)/g)].filter(([, name]) => name === output).map(([, , value = ""]) => value);
  return written.length > 0 && written.every((value) => !/[$`]/.test(value.replace(/>>?.*$/, "")));
}

/** Expressions that read from a job that is not in `needs` (GitHub documentation, "Contexts": `needs` holds only direct dependencies). */
export function needsMissing({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) => {
    const read = [...withDots(job.text).matchAll(/\bneeds\.([A-Za-z_][\w-]*)\.(?:outputs\.[\w-]+|result)/g)];
    const missing = new Map(read.filter(([, id = ""]) => !job.needs.includes(id)).map(([expression, id = ""]) => [id, expression]));
    return [...missing].map(([id, expression]) =>
      found("needs-missing", { kind: "job", name: job.id }, { job: meant(id, job, jobs), expression }, { file, line: job.line }),
    );
  });
}

/** `needs['a']` is the same as `needs.a`. */
export function withDots(text: string): string {
  return text.replaceAll(/\[\s*'([\w-]+)'\s*\]/g, ".$1");
}

/** The job with that id, or the one with the most similar id. */
function meant(id: string, job: Job, jobs: readonly Job[]): string {
  const others = jobs.filter((other) => other !== job).map((other) => other.id);
  return others.includes(id) ? id : (nearest(id, others) ?? id);
}

const TEXT = String.raw`\b(?:(?:needs|steps)\.[\w-]+\.outputs\.[\w-]+|github\.event\.inputs\.[\w-]+|(?:vars|env)\.\w+)`;
const asBoolean = (text: string): RegExp =>
  new RegExp(String.raw`${text}\s*[!=]=\s*(?:true|false)\b(?!')|(?<!')\b(?:true|false)\s*[!=]=\s*${text}`);
const AS_BOOLEAN = asBoolean(TEXT);
/** The inputs of an action are texts. Those of a workflow have types. */
const AS_BOOLEAN_IN_ACTION = asBoolean(String.raw`(?:${TEXT}|\binputs\.[\w-]+)`);

/** Conditions that compare an output, or another text, with true or false. A text is never equal to them. */
export function outputAsBoolean(workflow: Workflow): readonly CheckFinding[] {
  return conditionsOf(workflow).flatMap(({ object, condition, place, isOfAction }) => {
    const wrong = isOfAction === true ? AS_BOOLEAN_IN_ACTION : AS_BOOLEAN;
    const [expression] = isText(condition) ? [] : (wrong.exec(withDots(condition)) ?? []);
    return expression === undefined ? [] : [found("output-as-boolean", object, { expression }, place)];
  });
}

/** Conditions that are a text, because characters are around `${{ }}`. */
export function conditionIsText(workflow: Workflow): readonly CheckFinding[] {
  return conditionsOf(workflow)
    .filter(({ condition }) => isText(condition))
    .map(({ object, condition, place }) => found("condition-is-text", object, { condition: shown(condition) }, place));
}

/** A condition of several lines in one line. The line break that makes it a text is shown. */
function shown(condition: string): string {
  return condition.trimEnd().replaceAll(/\s*\n\s*/g, " ") + (/\n\s*$/.test(condition) ? "\\n" : "");
}

interface Condition {
  readonly object: CheckFinding["object"];
  readonly condition: string;
  /** Whether it is in an action of the repository. */
  readonly isOfAction?: boolean;
  readonly place: { readonly file: string; readonly line: number };
}

function conditionsOf({ file, jobs }: Workflow): readonly Condition[] {
  return jobs.flatMap((job) => [
    { object: { kind: "job", name: job.id } as const, condition: job.condition, place: { file, line: job.line } },
    ...job.steps.flatMap((step, at) => {
      // The steps of one action share the condition of the step that uses it.
      const before = job.steps[at - 1];
      const known = before?.line === step.line && before.name === step.name ? before.written : [];
      return step.written
        .map((condition, depth) => ({ condition, isOfAction: depth > 0 }))
        .filter(({ condition }) => !known.includes(condition))
        .map((each) => ({ object: { kind: "step", name: step.name } as const, ...each, place: { file, line: step.line } }));
    }),
  ]);
}
