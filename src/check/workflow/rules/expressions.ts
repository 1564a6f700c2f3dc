import { nearest } from "../../../nearest.ts";
import { found, type CheckFinding } from "../../finding.ts";
import type { Job, Workflow } from "../workflow.ts";

const SECRET_NAME = /secrets\.|outputs\.\w*(?:db_?url|database_?url|connection|dsn|password)\w*/i;

/** Job outputs that hold a secret or a database URL. */
export function secretInOutput({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    Object.entries(job.outputs)
      .filter(([, value]) => SECRET_NAME.test(value))
      .map(([output, value]) =>
        found("secret-in-output", { kind: "job", name: job.id }, { output, value }, { file, line: job.lineOf("outputs", output) }),
      ),
  );
}

/** Expressions that read from a job that is not in `needs` (GitHub documentation, "Contexts": `needs` holds only direct dependencies). */
export function needsMissing({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) => {
    const read = [...job.text.matchAll(/\bneeds\.([A-Za-z_][\w-]*)\.(?:outputs\.[\w-]+|result)/g)];
    const missing = new Map(read.filter(([, id = ""]) => !job.needs.includes(id)).map(([expression, id = ""]) => [id, expression]));
    return [...missing].map(([id, expression]) =>
      found("needs-missing", { kind: "job", name: job.id }, { job: meant(id, job, jobs), expression }, { file, line: job.line }),
    );
  });
}

/** The job with that id, or the one with the most similar id. */
function meant(id: string, job: Job, jobs: readonly Job[]): string {
  const others = jobs.filter((other) => other !== job).map((other) => other.id);
  return others.includes(id) ? id : (nearest(id, others) ?? id);
}

/** Checkouts of pull request code under `pull_request_target`, which has secrets and a token with write permissions. */
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
