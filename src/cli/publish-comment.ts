import { sectionOf } from "../ci/summary/comment.ts";
import type { CommandSummary } from "../ci/summary/command-summary.ts";
import { deadline } from "../deadline.ts";
import type { Env } from "../environment.ts";
import { messageOf } from "../errors.ts";
import { keepComment } from "../github/comment.ts";
import { githubOf, isGitHubFailure } from "../github/client.ts";
import type { RunEvent } from "./command-summary.ts";

/** Milliseconds that a finished command spends on its comment, and one that was told to end. */
const PATIENCE_MS = 30_000;
const HURRY_MS = 3_000;

/**
 * Puts a command's story into the comment of its pull request, where the settings ask for one. Answers with what kept
 * it from that, or undefined: a job never fails for want of a comment.
 */
export async function publishComment(
  story: CommandSummary,
  asker: RunEvent | undefined,
  env: Env,
  inHurry: boolean,
): Promise<string | undefined> {
  if (asker?.comment !== true || asker.pullRequest === undefined) return undefined;
  const within = deadline("the comment on the pull request", inHurry ? HURRY_MS : PATIENCE_MS);
  const github = githubOf(env, asker.repository, within.signal);
  if (github === undefined) return "no comment on the pull request: it needs GitHub's GITHUB_TOKEN in this step's environment";
  // A run that was named by hand has no number, which is what tells a later run from an earlier one.
  const run = env["GITHUB_RUN_ID"] ?? asker.invocation ?? "";
  try {
    const section = sectionOf(story, { run, attempt: asker.attempt, shard: asker.shard });
    await keepComment(github, { pullRequest: asker.pullRequest, id: env["GITHUB_WORKFLOW"] ?? "offshoot" }, section, within);
    return undefined;
  } catch (thrown) {
    return `no comment on the pull request: ${messageOf(thrown)}${isGitHubFailure(thrown) ? remedy(thrown.status) : ""}`;
  }
}

/** A fork's token may only read, and so may any where the workflow doesn't say otherwise. */
function remedy(status: number): string {
  return status === 403 || status === 404 ? "; the job needs `permissions: pull-requests: write`, which runs of forks never have" : "";
}
