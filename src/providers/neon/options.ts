import type { Deadline } from "../../deadline.ts";
import type { ReadyOptions } from "../../postgres/ready.ts";
import type { ApiOptions } from "./api.ts";
import type { Rate } from "./rate.ts";

/** What a user has decided about Neon. */
export interface NeonChoices {
  /** Name or id of the branch to start from; undefined: the project's default branch. */
  readonly parent: string | undefined;
  /** A past state of the parent: a timestamp with offset (RFC 3339) or an LSN such as `0/1A2B3C4D`. */
  readonly parentAt: string | undefined;
  readonly database: string | undefined;
  readonly role: string | undefined;
  readonly schemaOnly: boolean;
  readonly anonymized: boolean;
  /** Compute units, and milliseconds until an idle compute is suspended. Undefined: the project's defaults. */
  readonly compute: { readonly min: number | undefined; readonly max: number | undefined; readonly suspendMs: number | undefined };
}

export interface NeonOptions {
  /** Undefined or blank: no key is set. */
  readonly apiKey: string | undefined;
  /** Id of the Neon project. */
  readonly project: string | undefined;
  /** Base URL of the API; undefined: Neon's own. */
  readonly apiHost: string | undefined;
  /** Whether the CI keeps the repository's secrets from this job: a key may then be a placeholder. */
  readonly secretsWithheld: boolean;
  /** Whether runs start from a migrated base where there is one. */
  readonly base: boolean;
  readonly choices: NeonChoices;
  /** Clock, dice and the network, for tests; default the real ones. */
  readonly world?: Partial<World>;
}

/** Everything outside of this folder that time or chance decides about. */
export interface World {
  readonly deadline: (what: string, ms: number, parent?: AbortSignal) => Deadline;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly rate: Rate;
  readonly adapter: ApiOptions["adapter"];
  /** Waits until a query is answered and tells the server's major version. */
  readonly probe: (url: string, within: Deadline, options: ReadyOptions) => Promise<number>;
}
