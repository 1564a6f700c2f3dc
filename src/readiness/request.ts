import type { Env } from "../environment.ts";
import type { Listener } from "../events.ts";
import type { Session } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { CommandEnd } from "./command.ts";
import type { MigrationCommand } from "./migration-command.ts";
import type { FenceMode } from "./fence.ts";
import type { ReadinessTimings } from "./timings.ts";
import type { MigrationWork } from "./work.ts";

/** The process of a caller, shown to other jobs. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Name of the CI job, if known. */
  readonly job?: string;
  /** Number of this copy of a parallel job, if the CI provides it. */
  readonly shard?: string;
  /** Number of this start of the job, in services that count no attempts: a retried job has a higher one. Otherwise its id. */
  readonly jobId?: string;
  /** 1 for the first start of this job, in services that count the attempts of each job. */
  readonly jobAttempt?: number;
  /** Earlier starts of jobs that led the same migrations in the same invocation, from `ledStarts`. */
  readonly starts?: readonly string[];
}

/** How users run a failed job again in their CI service, in the service's words. */
export interface Rerun {
  readonly service: string;
  /** The name of the button or the menu item. */
  readonly action: string;
  /** Only the failed job itself clears the failure. */
  readonly onlyJob: boolean;
}

/** What every caller passes, whether it may migrate or only waits. */
export interface ReadinessRequest {
  readonly url: DirectUrl;
  /** The run's key. Jobs with the same key share a marker. */
  readonly run: string;
  /** One start of the CI pipeline. Undefined where the migrations may change between two calls. */
  readonly invocation: string | undefined;
  /** A failure is cleared by a higher attempt than the one that failed. */
  readonly attempt: number;
  /** From `fingerprintOf`. */
  readonly fingerprint: string;
  /** How a failed job is run again. Undefined: that would not clear the failure, or the service is unknown. */
  readonly rerun?: Rerun | undefined;
  /** The database is deleted after a failure, so that no other command can try again. Default false. */
  readonly deletedAfterFailure?: boolean | undefined;
  /** Clears a failure that was recorded before this call. */
  readonly retry: boolean;
  readonly owner: Owner;
  readonly timings: ReadinessTimings;
  readonly signal: AbortSignal;
  /** Kills the command without its grace when it aborts. Default never. */
  readonly hurry?: AbortSignal | undefined;
  readonly emit: Listener;
  /** Removed from everything that is stored or thrown. */
  readonly secrets: readonly string[];
  /** Called while the database cannot be reached. `false` ends the wait. Default: wait until it can be reached again. */
  readonly databaseExists?: (() => Promise<boolean>) | undefined;
}

/** A lock that a migration tool keeps in a table. It stays there when the tool is killed. */
export interface ToolLock {
  readonly tool: string;
  /** The quoted name of its table, or undefined if it does not exist. */
  readonly find: () => Promise<string | undefined>;
  /** An SQL condition: a row is locked. */
  readonly isHeld: string;
  /** The SQL assignment that unlocks it. */
  readonly release: string;
}

/** One step of the migrations: a command, or a function that runs in this process. */
export interface MigrationStep {
  /** Shown to people. Undefined: the migrations have one step only. */
  readonly name?: string | undefined;
  readonly command: MigrationCommand | MigrationWork;
  readonly cwd: string;
  /** The complete environment of the command, for the URL that it connects to. `PGAPPNAME` is added. */
  readonly env: (url: DirectUrl) => Env;
  /** The lock of the migration tool that an earlier leader can have left behind. */
  readonly toolLock?: ToolLock | undefined;
  /** Called by the leader directly before the command. It must not throw. */
  readonly beforeCommand?: (() => Promise<void>) | undefined;
  /** Called when the command has ended, however it ended. It must not throw. */
  readonly afterCommand?: (() => Promise<void>) | undefined;
  /** Checks the database after the step, and before the marker becomes ready. If it throws, the migration has failed. */
  readonly verify?: ((signal: AbortSignal, end: CommandEnd) => Promise<void>) | undefined;
  /** Set for a step that loads rows. It is recorded in the database, and runs there once. */
  readonly seed?: SeedStep | undefined;
}

export interface SeedStep {
  /** Covers its command and files. */
  readonly fingerprint: string;
  /** Whether it can run again after it was interrupted, or after its files changed. */
  readonly repeatable: boolean;
}

/** What a caller passes that may become the leader. The first step is in the request itself. */
export interface MigrateRequest extends ReadinessRequest, MigrationStep {
  /** The other steps. They run after the first one, in this order. All have the same leader. */
  readonly next?: readonly MigrationStep[] | undefined;
  /**
   * Called by the leader before the first step, while its lease is renewed. If it throws, the migrations have failed, for
   * every waiter too, and nothing was run. `session` is the leader's own one: the only one in which the database can be copied now.
   */
  readonly prepare?: ((signal: AbortSignal, session: Session) => Promise<void>) | undefined;
  /** Whether the sessions of the commands pass offshoot's broker. Default `auto`. */
  readonly fence?: FenceMode | undefined;
  /**
   * Called by the leader before the first step, with its session and the number of its lead in this database. Returns why
   * the database must not be kept as a base; undefined: it may.
   */
  readonly refuseBase?: ((session: Session, epoch: number) => Promise<string | undefined>) | undefined;
  /**
   * Copies the migrated database as a base while it has no session. A failure is ignored. The copy may take a few
   * seconds. `isUnchanged` returns whether the marker is still as it was when the copy began.
   */
  readonly keepAsBase?: ((isUnchanged: () => Promise<boolean>, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/** How the database became ready. */
export interface Migrated {
  /** `ran`: this call was the leader. `waited`: another call was. `already`: the database was ready at the first look. */
  readonly state: "ran" | "waited" | "already";
  readonly fingerprint: string;
  /** Identifies the migrated database among its copies and later databases of the same name: see `databaseIdentity`. */
  readonly database: string;
  /** Milliseconds that the call took. */
  readonly ms: number;
}
