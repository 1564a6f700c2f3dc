import { sectionOf } from "../ci/summary/comment.ts";
import type { CommandSummary } from "../ci/summary/command-summary.ts";
import { deadline } from "../deadline.ts";
import type { Env } from "../environment.ts";
import { messageOf } from "../errors.ts";
import { keepComment } from "../github/comment.ts";
import { githubOf } from "../github/client.ts";
import { isGitHubFailure } from "../github/replies.ts";
import { isWithheld, PASS_SECRETS_REMEDY } from "../own-secrets.ts";
import type { RunEvent } from "./command-summary.ts";

/** Milliseconds for the comment of a finished command, and of a cancelled one. */
const FINISHED_MS = 30_000;
const CANCELLED_MS = 3_000;

/**
 * Adds a command's summary to the comment on its pull request, if the setting `comment` is true. A problem with the comment
 * must not fail the job, so the problem is returned as a text. Returns undefined if there was none.
 */
export async function publishComment(
  summary: CommandSummary,
  run: RunEvent | undefined,
  env: Env,
  cancelled: boolean,
): Promise<string | undefined> {
  if (run?.comment !== true || run.pullRequest === undefined) return undefined;
  const within = deadline("the comment on the pull request", cancelled ? CANCELLED_MS : FINISHED_MS);
  const github = githubOf(env, run.repository, within.signal);
  if (github === undefined)
    return `Could not write the comment on the pull request: GITHUB_TOKEN is not set. ${isWithheld(env, "OFFSHOOT_GITHUB_TOKEN") ? PASS_SECRETS_REMEDY : "Add it to the environment of this step."}`;
  // The id must be a number, so that a later run can be recognised. The name that a user set need not be a number.
  const runId = env["GITHUB_RUN_ID"] ?? run.invocation ?? "";
  try {
    const section = sectionOf(forComment(summary, run.commentOutput), { run: runId, attempt: run.attempt, shard: run.shard });
    await keepComment(github, { pullRequest: run.pullRequest, id: env["GITHUB_WORKFLOW"] ?? "offshoot" }, section, within);
    return undefined;
  } catch (thrown) {
    return `Could not write the comment on the pull request: ${messageOf(thrown)}${isGitHubFailure(thrown) ? remedy(thrown.status) : ""}`;
  }
}

/** A page of a job can be read by fewer people than a pull request, and output can contain secrets that nobody knows of. */
function forComment({ failureWithoutOutput, ...summary }: CommandSummary, showsOutput: boolean): CommandSummary {
  return showsOutput || failureWithoutOutput === undefined ? summary : { ...summary, failure: failureWithoutOutput };
}

/** The token of a fork can only read. Other tokens can only read unless the workflow allows more. */
function remedy(status: number): string {
  return status === 403 || status === 404
    ? ". Add `permissions: pull-requests: write` to the job. Runs of forks never have this permission."
    : "";
}
