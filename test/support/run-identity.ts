import type { RunIdentity } from "../../src/identity/run-identity.ts";

/** The identity of a run that was named with a flag, with the given differences. */
export function runIdentity(own: Partial<RunIdentity> = {}): RunIdentity {
  return {
    repository: "acme/shop",
    key: "run-1",
    ref: undefined,
    pullRequest: undefined,
    invocation: undefined,
    attempt: 1,
    shard: undefined,
    source: "flag",
    ...own,
  };
}
