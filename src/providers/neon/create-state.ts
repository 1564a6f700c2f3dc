import type { Branch, BranchRequest, CreatedBranch } from "./types.ts";

/** What a new branch starts from. */
export interface Origin {
  /** Undefined: the project's default branch. */
  readonly parentId: string | undefined;
  /** Name of the base, if the parent is a base. */
  readonly base: string | undefined;
}

/** A branch that exists. `created` is the reply to our POST; undefined if another job created the branch. */
export interface AcquiredBranch {
  readonly branch: Branch;
  readonly created: CreatedBranch | undefined;
  readonly base: string | undefined;
}

/** The state between the attempts of one create. It changes when Neon refuses a part of the request. */
export interface CreateState {
  request: BranchRequest | undefined;
  origin: Origin | undefined;
  /** The name to send: the wanted one, or one with a suffix if a deleted branch holds that. */
  name: string;
  /** The difference of the clocks that the request takes into account. */
  skewMs: number;
  /** A POST was sent, its reply was lost, and no search since then has shown whether the branch exists. */
  isReplyLost: boolean;
  /** Neon can have got the POST that has no answer yet, or has answered that the name is taken. */
  isInDoubt: boolean;
  /** The reply to a POST was not what Neon's API sends. */
  isReplyWrong: boolean;
  mayRemoveExpired: boolean;
  /** Too many computes are active: other jobs wait too, so the pauses are longer. */
  isAtComputeLimit: boolean;
  /** Neon refused a later expiry than this. */
  latestExpiry: Date | undefined;
  /** Milliseconds that were left at the start. */
  readonly budgetMs: number;
}
