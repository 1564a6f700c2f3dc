import type { Listener } from "../../events.ts";
import type { Deadline } from "../../deadline.ts";
import type { Refusal } from "../provider.ts";

/** A Postgres server that holds one database per run. */
export interface Server {
  /** URL of its maintenance database, for a role that may create databases. Holds a password. */
  readonly url: string;
  /** First half of the ids of its databases, such as `postgres-18`. */
  readonly id: string;
}

/** How long a call may take, and who listens. */
export interface Bounds {
  readonly within: Deadline;
  readonly emit: Listener;
}

/** A database that a stopped server keeps on disk. */
export interface Sleeper {
  readonly name: string;
  readonly comment: string | null;
}

/**
 * Where a server comes from: booted by us (embedded, docker) or given (existing). Everything about databases is
 * the same over each and lives in `local.ts`.
 */
export interface ClusterHost {
  readonly provider: "docker" | "embedded" | "existing";
  /** Whether `create database … strategy file_copy` is the quick way: where checkpoints cost no disk flush. */
  readonly quickCheckpoints: boolean;
  /** Looks, without starting anything, whether `boot` could work at all. */
  refuse(bounds: Bounds): Promise<Refusal | undefined>;
  /** The server that `boot` would return if it runs already. Cheap; the caller finds out whether it answers. */
  running(bounds: Bounds): Promise<Server | undefined>;
  /** Further servers of this host that run now, such as another major's. Asked to find a database, never to make one. */
  elsewhere?(bounds: Bounds): Promise<readonly Server[]>;
  /** Finds or starts the server, also out of the state in which a killed process left it. */
  boot(bounds: Bounds): Promise<Server>;
  /** Stops a server that is no longer needed, and notes what it keeps. Missing where the server isn't ours. */
  stop?(server: Server, keeps: readonly Sleeper[], bounds: Bounds): Promise<void>;
  /** Makes sure that somebody stops an idle server. Called when nobody does. */
  watch?(server: Server): Promise<void>;
  /** Databases of the stopped server of `boot`; `unknown` where it was killed. Undefined while it runs or never ran. */
  asleep?(bounds: Bounds): Promise<readonly Sleeper[] | "unknown" | undefined>;
}
