import { found, type CheckFinding } from "../../finding.ts";
import { shellCommands } from "../shell.ts";
import type { Job, Step, Workflow } from "../workflow.ts";

// Somebody with the right to write has merged this pull request, so that its code is trusted.
const MERGED = /(?<!!\s*)\bgithub\.event\.pull_request\.merged\b(?!\s*(?:!=\s*true|==\s*false))/;
const FROM_PULL_REQUEST = /pull_request\.head|head_ref|refs\/pull/;
const BY_HAND = /^gh\s+pr\s+checkout\b|^git\s+(?:-\S+\s+(?:[^-\s]\S*\s+)?)*(?:checkout|switch|pull|merge|reset|worktree|clone)(?=\s|$)/;
const FETCHES = /^git\s+(?:.*\s)?fetch\b.*(?:\bpull\/|pull_request\.head|head_ref)/;

/**
 * Checkouts of pull request code under `pull_request_target`, which has secrets and a token with write permissions, by an action or
 * by a command. A workflow that only runs for merged pull requests, such as a backport, is left out.
 */
export function untrustedCheckout({ file, triggers, env, jobs }: Workflow): readonly CheckFinding[] {
  if (!triggers.some(({ name }) => name === "pull_request_target")) return [];
  return jobs.flatMap((job) =>
    job.steps
      .filter((step) => !MERGED.test(`${job.condition} ${step.condition}`))
      .flatMap((step) => {
        const ref = refOf(step, job, env);
        return ref === undefined
          ? []
          : [found("untrusted-checkout", { kind: "step", name: step.name }, { ref }, { file, line: step.line })];
      }),
  );
}

/** What the step checks out, if a stranger can have written it. */
function refOf(step: Step, job: Job, env: Workflow["env"]): string | undefined {
  const { ref = "" } = step.with;
  if (/^actions\/checkout\b/.test(step.uses)) return FROM_PULL_REQUEST.test(ref) ? ref : undefined;
  const variables = { ...env, ...job.env, ...step.env };
  let isFetched = false;
  for (const { text } of shellCommands(step.run)) {
    const filled = text.replaceAll(/\$\{?([A-Za-z_]\w*)\}?/g, (whole, name: string) => variables[name] ?? whole);
    isFetched ||= FETCHES.test(filled);
    if (!BY_HAND.test(filled)) continue;
    if (/^gh\s/.test(filled) || FROM_PULL_REQUEST.test(filled) || (isFetched && /FETCH_HEAD|\bpr[-/\w]*/i.test(filled))) return text;
  }
  return undefined;
}
