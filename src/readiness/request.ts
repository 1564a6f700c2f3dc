import type { Env } from "../environment.ts";
import type { Listener } from "../events.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { MigrationCommand } from "./command.ts";
import type { MigrationWork } from "./work.ts";

/** How long the gate's parts may take, all in milliseconds. Jobs of one run should agree on them. */
export interface GateTimings {
  /** For the whole call. */
  readonly withinMs: number;
  /** A leader that was silent for this long is replaced; its command is dead by then. Usually 15,000. */
  readonly leaseMs: number;
  /** Between two heartbeats of the leader. Usually 1,000. */
  readonly heartbeatMs: number;
  /** First pause of a waiter; grows to twice that. Usually 250. */
  readonly pollMs: number;
  /** From SIGTERM to SIGKILL when the caller cancels; cut to the lease. Usually 10,000. */
  readonly graceMs: number;
}

/** Who asks, shown to those who wait. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Name of the CI job, where known. */
  readonly job?: string;
}

/** What every caller of the gate says. */
export interface ReadinessRequest {
  readonly url: DirectUrl;
  /** The run's key: jobs with the same one share a marker. */
  readonly run: string;
  /** One triggering of the pipeline; undefined where migrations may grow between two calls. */
  readonly invocation: string | undefined;
  /** A higher attempt than the failed one's clears a failure. */
  readonly attempt: number;
  /** From `fingerprintOf`. */
  readonly fingerprint: string;
  /** Clears a failure that was recorded before this call. */
  readonly retry: boolean;
  readonly owner: Owner;
  readonly timings: GateTimings;
  readonly signal: AbortSignal;
  readonly emit: Listener;
  /** Taken out of everything that is kept or thrown. */
  readonly secrets: readonly string[];
  /** Asked while the database can't be reached: `false` ends the wait. Default: it will be back. */
  readonly isThere?: (() => Promise<boolean>) | undefined;
}

/** What a caller says that may lead. */
export interface MigrateRequest extends ReadinessRequest {
  /** A command, or a function that runs in this process. */
  readonly command: MigrationCommand | MigrationWork;
  readonly cwd: string;
  /** The complete environment of the command; the gate adds `PGAPPNAME`. */
  readonly env: Env;
  /** Looks at the migrated database before anybody may use it. What it throws is the migration's failure. */
  readonly verify?: (signal: AbortSignal) => Promise<void>;
  /**
   * Copies the migrated database while nobody is connected to it, best effort and bounded to a few seconds.
   * `stillTrue` says whether the database is still as it was when the copying began.
   */
  readonly keepAsBase?: (stillTrue: () => Promise<boolean>, signal: AbortSignal) => Promise<boolean>;
}

/** How the caller got past the gate. */
export interface Migrated {
  /** `ran`: this call led. `waited`: another did meanwhile. `already`: nothing was left to do on arrival. */
  readonly state: "ran" | "waited" | "already";
  readonly fingerprint: string;
  /** What tells the migrated database from its copies, and from a later one of its name: see `databaseIdentity`. */
  readonly database: string;
  /** Milliseconds spent in the gate. */
  readonly ms: number;
}
