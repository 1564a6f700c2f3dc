/**
 * The id that the builds of previews share. An integration makes one database for each pull request or git branch, and several builds
 * use it: those of two commits, and those of the projects of a monorepo. With one id, one of them migrates and the others wait.
 * Each build is an invocation of its own, so that it can have other migrations, and clears the failure of an earlier one.
 */
export function sharedByBranch(pullRequest: number | undefined, ref: string | undefined): string | undefined {
  return pullRequest === undefined ? ref && `branch-${ref}` : `pr-${pullRequest}`;
}
