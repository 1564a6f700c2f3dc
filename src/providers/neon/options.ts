import type { Deadline } from "../../deadline.ts";
import type { ReadyOptions } from "../../postgres/ready.ts";
import type { ClientOptions } from "./client.ts";
import type { NeonClock } from "./clock.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { MaskingRule } from "../../masking-rule.ts";
import type { Branch, Connection, NeonApi } from "./types.ts";

/** The user's settings below `neon`. */
export interface NeonChoices {
  /** Name or id of the branch to start from; undefined: the project's default branch. */
  readonly parent: string | undefined;
  /** A past state of the parent: a timestamp with offset (RFC 3339) or an LSN such as `0/1A2B3C4D`. */
  readonly parentAt: string | undefined;
  readonly database: string | undefined;
  readonly role: string | undefined;
  readonly schemaOnly: boolean;
  readonly anonymized: boolean;
  /** The rules by which Neon masks the data; empty: those of the parent. */
  readonly maskingRules: readonly MaskingRule[];
  /** Compute units, and milliseconds until an idle compute is suspended. Undefined: the project's defaults. */
  /** What clients verify of Neon's certificates: the host name too, only the authority, or nothing. */
  readonly sslmode: "verify-full" | "verify-ca" | "require";
  readonly compute: { readonly min: number | undefined; readonly max: number | undefined; readonly suspendMs: number | undefined };
}

export interface NeonOptions {
  /** Undefined or blank: no key is set. */
  readonly apiKey: string | undefined;
  /** Id of the Neon project. */
  readonly project: string | undefined;
  /** Base URL of the API; undefined: Neon's own. */
  readonly apiHost: string | undefined;
  /** Whether the CI withholds the repository's secrets from this job. The key may then be a placeholder. */
  readonly secretsWithheld: boolean;
  /** Whether runs start from a migrated base if one exists. */
  readonly base: boolean;
  readonly choices: NeonChoices;
  /** A file with the authorities that this machine trusts, for the URLs; undefined: it has none. */
  readonly rootFile: string | undefined;
  /** The names that an earlier command has found; default: none are remembered. */
  readonly names?: KnownNames | undefined;
  /** Clock, random numbers and network, for tests; default: the real ones. */
  readonly dependencies?: Partial<Dependencies>;
}

/** Remembers the database and the role of a project, because Neon returns a URL only for names that the request contains. */
export interface KnownNames {
  readonly read: () => Promise<Connection | undefined>;
  /** Never throws. */
  readonly write: (names: Connection) => Promise<void>;
}

/** Everything that depends on time, on chance or on the network. */
export interface Dependencies {
  readonly deadline: (what: string, ms: number, parent?: AbortSignal) => Deadline;
  readonly now: () => Date;
  /** A number from 0 to 1. */
  readonly random: () => number;
  readonly rate: RateLimiter;
  /** Milliseconds for one request and its whole reply; undefined: 60,000. */
  readonly requestMs: number | undefined;
  readonly adapter: ClientOptions["adapter"];
  /** Waits until a query is answered, and returns the server's major version. */
  readonly probe: (url: string, within: Deadline, options: ReadyOptions) => Promise<number>;
  /** Reads from the server whose names a session has, to check them without a call to the API. */
  readonly readNames: (url: string, within: Deadline) => Promise<SeenNames>;
  /** Names of the databases of the server at a URL whose own database does not exist. */
  readonly readDatabases: (url: string, within: Deadline) => Promise<readonly string[]>;
}

/** What a session shows about its own database. */
export interface SeenNames {
  /** Whether the role of the session owns the database. */
  readonly isOwner: boolean;
  /** The role that owns it. */
  readonly owner: string;
  /** How many databases the server has, without templates and `postgres`. */
  readonly databases: number;
}

/** The options of a provider, checked and completed, with its API. */
export interface Setup {
  readonly api: NeonApi;
  readonly clock: NeonClock;
  readonly project: string;
  /** As in the options. */
  readonly apiHost: string | undefined;
  readonly secretsWithheld: boolean;
  readonly base: boolean;
  /** Bases that this process has found ready, by fingerprint. */
  readonly bases: Map<string, Pick<Branch, "id" | "name">>;
  readonly choices: NeonChoices;
  readonly rootFile: string | undefined;
  readonly names: KnownNames | undefined;
  /** `now` is Neon's clock. */
  readonly dependencies: Pick<Dependencies, "deadline" | "now" | "random" | "probe" | "readNames" | "readDatabases">;
  /**
   * Whether other jobs of the run may adopt the branch. A branch for one caller only (a copy to read from) never deletes
   * expired branches to make room for itself, and its caller removes it after a failure.
   */
  readonly isShared: boolean;
  /** What names `choices.parentAt`: the setting, or an argument of the command such as `branch:main@TIME`. */
  readonly pointFrom: "setting" | "command";
}
