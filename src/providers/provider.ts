import type { Listener } from "../events.ts";
import type { Lifetime, OwnerTag } from "../identity/owner-tag.ts";
import type { RunIdentity } from "../identity/run-identity.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Clone, CloneOptions, CloneServer } from "./clones/types.ts";
import type { Examination } from "./examination.ts";
import type { Holding } from "./hold.ts";
import type { Listed } from "./listed.ts";
import type { ProviderName, Refusal } from "./refusal.ts";
import type { Snapshots } from "./snapshots.ts";

export type { Clone, CloneOptions, CloneServer } from "./clones/types.ts";
export type { Check, Examination } from "./examination.ts";
export type { Listed } from "./listed.ts";
export type { ProviderName, Refusal } from "./refusal.ts";

/** A temporary copy of a database, on the same server. */
export interface Copy {
  readonly url: DirectUrl;
  /** Deletes the copy. The next creation on that server deletes the copies of killed processes. */
  drop(): Promise<void>;
}

/** What the tag of a base has besides, so that a rehearsal sees whether its migrations follow those of the base. */
export type BaseRecord = Pick<OwnerTag, "scope" | "files">;

/** A database from a provider. It has answered a query over `directUrl`. */
export interface Database extends AsyncDisposable {
  readonly kind: "database";
  readonly provider: ProviderName;
  /** The provider's own id: a Neon branch id, or `<cluster>/<database>` for a local database. */
  readonly id: string;
  /** The page of the database in the provider's console, if it has one. */
  readonly consoleUrl?: string | undefined;
  /** The name, which is derived from the run: all jobs of the run get the same name. */
  readonly name: string;
  /** The URL for applications: through the pooler if the provider has one. */
  readonly url: string;
  /** The URL for migrations and session locks. */
  readonly directUrl: DirectUrl;
  readonly origin: "created" | "adopted";
  /** Undefined when the database does not expire by itself; `sweep` then uses the age in the tag. */
  readonly expiresAt: Date | undefined;
  /** Major version of the server, such as 17. */
  readonly postgresMajor: number;
  readonly tag: OwnerTag;
  /** The migrated base that the database started from; undefined without one. */
  readonly base: string | undefined;
  /**
   * Renews the expiry while a process uses the database: it becomes at least `ttlMs` from now, by the provider's clock. Also
   * records the use. Returns the expiry; undefined when the database was deleted meanwhile or has no expiry.
   */
  readonly renew?: (ttlMs: number, signal: AbortSignal) => Promise<Date | undefined>;
  /**
   * Ties the database to this process until the result is disposed of: once the process was killed, the server drops the
   * database before it expires. Missing where a killed process cannot be seen.
   */
  readonly tie?: ((signal: AbortSignal) => Promise<AsyncDisposable>) | undefined;
  /**
   * Makes a temporary copy of the current state. No session may be open in the database, except one that runs the statement which
   * copies it (`run`). Missing when copies are expensive.
   */
  readonly copy?: (signal: AbortSignal, run?: (statement: string) => Promise<unknown>) => Promise<Copy>;
  /** Where clones are made. A refusal: why this provider makes none. */
  readonly clones: CloneServer | Refusal;
  /**
   * Creates a clone of the migrated database in tens of milliseconds. The first call copies the database into a closed one,
   * from which all clones are made: at that moment only sessions of offshoot may be open in it. Later changes of the
   * database are not in the clones. Any number of processes can call it at the same time. Throws `PROVIDER_REJECTED` when
   * the provider makes no clones, and `DATABASE_IN_USE` when sessions are open in the database.
   */
  clone(options?: CloneOptions): Promise<Clone>;
  /**
   * Tries to keep the current state of this database as the base of `fingerprint`; returns whether it was kept. No session
   * may be open in the database. `isUnchanged` is called after the copy and before the copy is named: if the database has
   * changed, the copy is deleted. Missing when copies are expensive.
   */
  readonly keepAsBase?: (
    fingerprint: string,
    isUnchanged: () => Promise<boolean>,
    signal: AbortSignal,
    record?: BaseRecord,
  ) => Promise<boolean>;
}

/** A request for a database. It is complete: providers read neither the environment nor the configuration. */
export interface DatabaseRequest {
  readonly run: RunIdentity;
  /** Full name with prefix, from `branchName(run)`. */
  readonly name: string;
  readonly tag: OwnerTag;
  /** After this time, `sweep` may delete the database. Adopting the database renews the time. Undefined for a base. */
  readonly expiresAt: Date | undefined;
  /** Start from the base of this fingerprint (`BaseKeys.own`), if it exists. */
  readonly fingerprint: string | undefined;
  /** Another base to start from, which is used before that one; default none. */
  readonly trustedBase?: string | undefined;
  /** The major version that the user wants; undefined: any. A provider with another one refuses, and creates nothing. */
  readonly major?: number | undefined;
}

/** The limits of one call to a provider. */
export interface Limits {
  readonly signal: AbortSignal;
  /** Milliseconds for the whole call. */
  readonly withinMs: number;
  readonly emit: Listener;
  /** Receives from `find` what has the run's name, but not our tag. Default: `emit` gets it as a warning. */
  readonly onForeign?: ((text: string) => void) | undefined;
}

/** A database of another owner, to read from. */
export interface ReadTarget {
  /** Name or id of a branch; undefined: the parent that runs start from. */
  readonly branch: string | undefined;
  /**
   * A past state: a timestamp with offset (RFC 3339) or an LSN. Undefined: the current state; for the parent, the state that
   * runs start from.
   */
  readonly at: string | undefined;
  /** Whether to create a temporary branch, which may be written to. Default: only when reading needs one. */
  readonly copy?: boolean | undefined;
}

/** A database to read from. It has answered a query over `url`. */
export interface ReadableDatabase extends AsyncDisposable {
  readonly kind: "reached";
  readonly url: DirectUrl;
  /** The branch and its past state, for messages. */
  readonly description: string;
}

/** What `release` checks before it deletes a database by name. */
export interface ReleaseOptions {
  /** The entry of a list that was read seconds ago. It saves reading the tag again when `sweep` deletes many. */
  readonly seen?: Listed | undefined;
  /** A database whose tag has another lifetime by now is kept. */
  readonly only?: Lifetime | undefined;
  /** Also delete the snapshots of the database where that needs a call of its own. They expire in any case. */
  readonly snapshots?: boolean | undefined;
  /** Called with the tag just before the deletion. Nothing is deleted when it throws. */
  readonly check?: ((tag: OwnerTag) => void) | undefined;
  /** Keeps others from the database while it is deleted; default nobody does. Not called where no session can be open in it. */
  readonly hold?: Holding | undefined;
}

/** A database with the expiry that `Provider.extend` has set or found. */
export type Extended = { readonly kind: "extended" } & Pick<Database, "id" | "name" | "provider" | "expiresAt" | "tag">;

/** What `reset` starts from, and what it checks before. */
export interface ResetOptions {
  /** On a server whose databases start empty: start from the base of this fingerprint, if it exists. */
  readonly fingerprint: string | undefined;
  /** Another base to start from, which is used before that one; default none. */
  readonly trustedBase?: string | undefined;
  /** Called with the tag just before the reset. Nothing is changed when it throws. */
  readonly check?: ((tag: OwnerTag) => void) | undefined;
}

/** The outcome of a deletion. `kept`: the tag gives the database a lifetime that this caller must not end. */
export type Released = "deleted" | "not-found" | "kept";

/** The branches of a project that offshoot did not create. Only `sweep --also` touches them, and only those that its rules match. */
export interface OtherBranches {
  /** All branches, also those of offshoot: they can be children. `guarded` is why a branch must never be deleted. */
  list(limits: Limits): Promise<readonly Listed[]>;
  /** Deletes a branch after reading it again. Throws `PROTECTED`, and deletes nothing then. */
  remove(listed: Listed, limits: Limits): Promise<Released>;
  /** Sets the expiry of a branch after reading it again. Throws `PROTECTED`. Returns the expiry that the branch has. */
  expire(listed: Listed, at: Date, limits: Limits): Promise<Date | undefined>;
}

/** The URLs of services beside a database. Undefined: the database does not have the service. */
export interface ServiceUrls {
  readonly auth: string | undefined;
  readonly dataApi: string | undefined;
}

/** What every provider guarantees. Each call can be repeated: a second call has no further effect. */
export interface Provider {
  readonly name: ProviderName;
  /** Checks, without creating anything, whether this provider can provide databases at all. Undefined when it can. */
  refuse(limits: Limits): Promise<Refusal | undefined>;
  /**
   * Reads what `acquire` for the run's database of that name and major version depends on, with as few calls as that takes,
   * and changes nothing. What is wrong is a failed check or a refusal, and no error.
   */
  examine(name: string, limits: Limits, major?: number): Promise<Examination>;
  /**
   * Creates the run's database, or adopts the one that another job of the run created. Renews its expiry, and returns when
   * it has answered a query. Throws `NOT_OURS` when the name belongs to something without our tag.
   */
  acquire(request: DatabaseRequest, limits: Limits): Promise<Database | Refusal>;
  /** The run's database; undefined when there is none. Starts no server and changes nothing. */
  find(name: string, limits: Limits): Promise<Database | undefined>;
  /**
   * Whether the run's database is on a server that does not run. `unknown`: something else than offshoot stopped the server, so that
   * its databases are not known. Undefined when it is not. Starts no server. Missing when every server runs.
   */
  readonly stopped?: (name: string, limits: Limits) => Promise<"there" | "unknown" | undefined>;
  /**
   * Moves the expiry of the run's database to `ttlMs` from now, unless it is later already, without opening the database.
   * Undefined when there is none. Missing when `acquire` does it without a cost.
   */
  readonly extend?: (name: string, ttlMs: number, limits: Limits) => Promise<Extended | undefined>;
  /**
   * Replaces the contents of the run's database by what a new one would start from: on Neon the state of its parent branch, on
   * a local server the base of the fingerprint, or nothing. Ends all of its sessions. Name, id, URL and tag stay. Returns when
   * the new contents have answered a query; undefined when there is no such database. After a kill the database has either its
   * old or its new contents. Throws `NOT_OURS`, `PROTECTED` and `PROVIDER_REJECTED`, and changes nothing then. Missing when
   * the provider has no reset.
   */
  readonly reset?: ((name: string, options: ResetOptions, limits: Limits) => Promise<Database | undefined>) | undefined;
  /** Missing when the provider stores no snapshots. */
  readonly snapshots?: Snapshots<Database> | undefined;
  /** Reads the URLs of the wanted services of a database. Missing when the provider has no such services. */
  readonly serviceUrls?:
    | ((database: Database, wanted: { readonly [Name in keyof ServiceUrls]: boolean }, limits: Limits) => Promise<ServiceUrls>)
    | undefined;
  /** Deletes a database by name, after reading its tag again. Throws `NOT_OURS` or `PROTECTED`, and deletes nothing then. */
  release(name: string, limits: Limits, options?: ReleaseOptions): Promise<Released>;
  /** Lists everything whose name begins with our prefix, with or without our tag, from all pages. Starts no server. */
  list(limits: Limits): Promise<readonly Listed[]>;
  /** Missing when the provider has only databases of offshoot, or when it refuses. */
  readonly others?: OtherBranches | undefined;
  /**
   * Makes sure that a migrated base exists for `request.tag.fingerprint`, or for `request.trustedBase`. Calls `migrate` with the database that becomes the
   * base. Every caller does so until the base is ready, so `migrate` itself must let only one of them do the work. Throws
   * what `migrate` throws. Returns without a base when the provider cannot create one now. Missing when bases come from
   * `Database.keepAsBase`, or when the provider has no bases. Returns a refusal when the provider does not answer: then nothing was created.
   */
  readonly ensureBase?: (
    request: DatabaseRequest,
    limits: Limits,
    migrate: (database: Database) => Promise<void>,
  ) => Promise<Refusal | undefined>;
  /**
   * Opens a database of another owner for reading. The database is not changed or deleted, and gets no new compute. For a
   * past state, and for a branch without a compute, it creates a copy as described by `copy`; disposing deletes the copy. A
   * provider that refuses has created nothing. Throws `PROVIDER_REJECTED` for an unknown branch, with the existing branches.
   * Missing when the provider knows only our own databases.
   */
  readonly reach?: (target: ReadTarget, copy: DatabaseRequest, limits: Limits) => Promise<ReadableDatabase | Refusal>;
}
