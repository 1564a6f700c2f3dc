import type { Context } from "../../context/context.ts";
import { commonCommit, findCommit } from "../drift/past-files.ts";

/** The branch into which a pull request will be merged, by CI service. */
const TARGETS = [
  "GITHUB_BASE_REF",
  "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
  "SYSTEM_PULLREQUEST_TARGETBRANCH",
  "BITBUCKET_PR_DESTINATION_BRANCH",
  "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
  "CHANGE_TARGET",
] as const;

/** The usual main branches, if the CI service names none. */
const MAIN = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/** A commit, and the branch that it is on. */
export interface BaseCommit {
  readonly branch: string;
  readonly commit: string;
}

/**
 * The commit from which the changes of the checkout started: the newest commit that it has in common with the target branch of
 * the pull request, or with the main branch. Undefined if this checkout has none, such as after a fetch of one commit.
 */
export async function baseCommit(context: Context): Promise<BaseCommit | undefined> {
  const head = await findCommit(context, "HEAD");
  if (head === undefined) return undefined;
  const target = TARGETS.flatMap((name) => context.env[name] ?? [])
    .find((value) => value !== "")
    ?.replace(/^refs\/heads\//, "");
  for (const branch of target === undefined ? MAIN : [`origin/${target}`, target]) {
    const found = await findCommit(context, branch);
    const commit = found === undefined ? undefined : await commonCommit(context, head, found);
    if (commit !== undefined) return { branch, commit };
  }
  return undefined;
}
