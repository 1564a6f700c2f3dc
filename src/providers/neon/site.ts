import type { NeonApi } from "./api.ts";
import type { Branch } from "./branch.ts";
import type { NeonChoices, World } from "./options.ts";
import type { Origin } from "./request.ts";
import type { Created, Request } from "./wire.ts";

/** What acquiring works with. */
export interface Site {
  readonly api: NeonApi;
  readonly project: string;
  readonly secretsWithheld: boolean;
  readonly base: boolean;
  /** Bases that this process has seen ready, by fingerprint. */
  readonly bases: Map<string, Pick<Branch, "id" | "name">>;
  readonly choices: NeonChoices;
  readonly world: Pick<World, "deadline" | "now" | "random" | "probe">;
  /** Whether siblings may adopt what is made. A copy for ourselves alone makes no room for itself, and goes when it is of no use. */
  readonly isShared: boolean;
}

/** A branch that is there, by our POST (then with its reply) or by a sibling's. */
export interface Placed {
  readonly branch: Branch;
  readonly created: Created | undefined;
  readonly base: string | undefined;
}

/** What has been tried so far; changes as Neon refuses parts of it. */
export interface Tried {
  request: Request | undefined;
  origin: Origin | undefined;
  /** A POST went out, its reply was lost, and no look has told since whether the branch exists. */
  isLost: boolean;
  maySweep: boolean;
  /** Milliseconds that were left at the start. */
  readonly budgetMs: number;
}
