/** The folder in the git folder of a checkout with one file for each git branch that has a database. The hook reads it. */
export const RECORDS = "offshoot-databases";

/** The name of a branch's file: a branch can have a `/` in its name, and a file cannot. The hook makes the same name. */
export function recordName(branch: string): string {
  return branch.replaceAll("%", "%25").replaceAll("/", "%2F");
}
