import { createHash } from "node:crypto";
import type { RunIdentity } from "./run-identity.ts";

/** The bases of a run, by the fingerprints that identify them. */
export interface BaseKeys {
  /** The base that the run starts from if it exists, and that it makes if it does not. */
  readonly own: string;
  /** A base that the run starts from before its own one, and never makes. */
  readonly trusted: string | undefined;
}

/**
 * Which bases a run may use. The fingerprint of the migrations covers their files and the text of the command, and not the programs that
 * it starts. So a base is made only from what its users trust as they trust themselves: it belongs to one repository, and to one of
 *
 * - the runs of its branches and tags, which only people with write access can start;
 * - one pull request (or the ref of a job without secrets, such as Dependabot's);
 * - one person.
 *
 * Pull requests and people start from the base of the branches if there is one.
 */
export function baseKeys(
  fingerprint: string,
  { repository, server, owner, pullRequest, ref }: Pick<RunIdentity, "repository" | "server" | "owner" | "pullRequest" | "ref">,
  { secretsWithheld }: { readonly secretsWithheld: boolean },
): BaseKeys {
  const keyOf = (...scope: readonly (string | number)[]): string =>
    createHash("sha256")
      .update(JSON.stringify([fingerprint, repository, server ?? null, ...scope]))
      .digest("hex");
  const branches = keyOf("branches");
  if (owner !== undefined) return { own: keyOf("person", owner), trusted: branches };
  if (pullRequest !== undefined) return { own: keyOf("pull request", pullRequest), trusted: branches };
  if (secretsWithheld) return { own: keyOf("ref", ref ?? ""), trusted: branches };
  return { own: branches, trusted: undefined };
}
