import { nearest } from "../../../nearest.ts";
import { found, type CheckFinding } from "../../finding.ts";
import type { Job, Workflow } from "../workflow.ts";

const SECRET_NAME = /secrets\.|outputs\.\w*(?:db_?url|database_?url|connection|dsn|password)\w*/i;

/** Outputs of jobs that hold a URL with a password or a secret. */
export function secretInOutput({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    Object.entries(job.outputs)
      .filter(([, value]) => SECRET_NAME.test(value))
      .map(([output, value]) =>
        found("secret-in-output", { kind: "job", name: job.id }, { output, value }, { file, line: job.lineOf("outputs", output) }),
      ),
  );
}

/** Expressions that read from a job that is not among `needs` (GitHub documentation, "Contexts": `needs` holds direct ones). */
export function needsMissing({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) => {
    const read = [...job.text.matchAll(/\bneeds\.([A-Za-z_][\w-]*)\.(?:outputs\.[\w-]+|result)/g)];
    const missing = new Map(read.filter(([, id = ""]) => !job.needs.includes(id)).map(([expression, id = ""]) => [id, expression]));
    return [...missing].map(([id, expression]) =>
      found("needs-missing", { kind: "job", name: job.id }, { job: meant(id, job, jobs), expression }, { file, line: job.line }),
    );
  });
}

/** A job of that name, or the one that was probably meant. */
function meant(id: string, job: Job, jobs: readonly Job[]): string {
  const others = jobs.filter((other) => other !== job).map((other) => other.id);
  return others.includes(id) ? id : (nearest(id, others) ?? id);
}

/** The code of a pull request under `pull_request_target`, which has secrets and a token that may write. */
export function untrustedCheckout({ file, triggers, jobs }: Workflow): readonly CheckFinding[] {
  if (!triggers.includes("pull_request_target")) return [];
  return jobs.flatMap((job) =>
    job.steps
      .filter((step) => /^actions\/checkout\b/.test(step.uses) && /pull_request\.head|head_ref|refs\/pull/.test(step.with["ref"] ?? ""))
      .map((step) =>
        found("untrusted-checkout", { kind: "step", name: step.name }, { ref: step.with["ref"] ?? "" }, { file, line: step.line }),
      ),
  );
}
