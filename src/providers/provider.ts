import type { Listener } from "../events.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Lifetime, OwnerTag } from "../identity/owner-tag.ts";
import type { RunIdentity } from "../identity/run-identity.ts";

export type ProviderName = "neon" | "docker" | "embedded" | "existing";

/** Why a provider can't serve. Nothing was created when a refusal is given. */
export interface Refusal {
  readonly kind: "refusal";
  readonly provider: ProviderName;
  /** Stable and machine-readable, such as `no-key`, `branch-limit`, `no-binaries`. */
  readonly code: string;
  /** One line for people. */
  readonly text: string;
  /** One line: what would make the provider serve. */
  readonly remedy?: string | undefined;
  /** Whether `provider: auto` may go on to the next candidate. */
  readonly mayFallBack: boolean;
}

/** A throw-away copy of a database, on the same server. */
export interface Clone {
  readonly url: DirectUrl;
  /** Removes it; a killed process's copies are removed by the next creation on that server. */
  drop(): Promise<void>;
}

/** A database that a provider hands out. A query was answered over `directUrl` before it was handed out. */
export interface Database extends AsyncDisposable {
  readonly kind: "database";
  readonly provider: ProviderName;
  /** The provider's own id: a Neon branch id, or `<cluster>/<database>` locally. */
  readonly id: string;
  /** The name that is derived from the run: the same for every job of it. */
  readonly name: string;
  /** For applications: through the pooler where there is one. */
  readonly url: string;
  /** For migrations and locks. */
  readonly directUrl: DirectUrl;
  readonly origin: "created" | "adopted";
  /** Undefined where nothing expires by itself; sweep then watches the tag's age. */
  readonly expiresAt: Date | undefined;
  /** Server's major version, such as 17. */
  readonly postgresMajor: number;
  readonly tag: OwnerTag;
  /** Where the database started from, when that is known to be already migrated. */
  readonly base: string | undefined;
  /** Copies the database as it is, for a moment. No session may be open in it. Missing where there are no cheap copies. */
  readonly clone?: (signal: AbortSignal) => Promise<Clone>;
  /**
   * Keeps the present state of this database as the base of `fingerprint`, best effort: true when kept.
   * No session may be open. `stillTrue` is asked after the copy and before it gets its name: a copy
   * that was overtaken by other work is thrown away. Missing where the provider has no cheap copies.
   */
  readonly keepAsBase?: (fingerprint: string, stillTrue: () => Promise<boolean>, signal: AbortSignal) => Promise<boolean>;
}

/** What is asked for. Everything in it is decided already: providers read no environment and no configuration. */
export interface Wanted {
  readonly run: RunIdentity;
  /** Full name with prefix, from `branchName(run)`. */
  readonly name: string;
  readonly tag: OwnerTag;
  /** When the database may be removed by whoever comes; adopting renews it. Undefined for a base. */
  readonly expiresAt: Date | undefined;
  /** Start from the base of this fingerprint where there is one. */
  readonly fingerprint: string | undefined;
}

export interface Limits {
  readonly signal: AbortSignal;
  /** Milliseconds for the whole call. */
  readonly withinMs: number;
  readonly emit: Listener;
}

/** A database that is not ours, to be read from. */
export interface Where {
  /** Name or id of a branch; undefined: the parent that runs start from. */
  readonly branch: string | undefined;
  /** A past state: a timestamp with offset (RFC 3339) or an LSN. Undefined: as it is; of the parent, the state that runs start from. */
  readonly at: string | undefined;
  /** Whether a short-lived branch of our own is wanted, that may be written to. Default: only where nothing else will do. */
  readonly copy?: boolean | undefined;
}

/** A database to read from. A query was answered over `url` before it was handed out. */
export interface Reached extends AsyncDisposable {
  readonly kind: "reached";
  readonly url: DirectUrl;
  /** For people: the branch, and its past state. */
  readonly description: string;
}

/** One thing of ours (or that looks like it) that exists. */
export interface Listed {
  readonly provider: ProviderName;
  readonly id: string;
  readonly name: string;
  readonly kind: "run" | "base" | "foreign";
  /** Undefined where the tag is missing or unreadable: then it is not ours to delete. */
  readonly tag: OwnerTag | undefined;
  readonly createdAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  /** Sessions that are open now, where the provider can tell. */
  readonly sessions: number | undefined;
  readonly sizeBytes: number | undefined;
  /** Why it may never be deleted, whatever its age: default, protected, has children. */
  readonly guarded: string | undefined;
  /** Id of what it was branched from, where that matters for the order of deletion. */
  readonly parentId: string | undefined;
  /** True for a creation that failed half-way and serves nobody. */
  readonly broken: boolean;
}

/** `kept`: it lives longer than the caller may end. */
export type Released = "deleted" | "already-gone" | "kept";

/**
 * What every source of databases promises. Each call may be repeated: twice is the same as once.
 */
export interface Provider {
  readonly name: ProviderName;
  /** Looks, without creating anything, whether this provider can serve at all. Undefined: it can. */
  refuse(limits: Limits): Promise<Refusal | undefined>;
  /**
   * Creates the run's database or adopts the one that a sibling job created, renews its expiry, and returns when
   * a query has been answered. A refusal means that nothing was created. Throws `NOT_OURS` when the
   * name is taken by something without our tag.
   */
  acquire(wanted: Wanted, limits: Limits): Promise<Database | Refusal>;
  /** The run's database as it is, or undefined when there is none. Starts no server and changes nothing. */
  find(name: string, limits: Limits): Promise<Database | undefined>;
  /**
   * Deletes by name, after a fresh look at the tag; `seen` is such a look when it is only seconds old, so that a
   * sweep of many needs no second one for each. With `only`, what the tag gives another lifetime by now is kept. Throws
   * `NOT_OURS` or `PROTECTED`, and deletes nothing then.
   */
  release(name: string, limits: Limits, seen?: Listed, only?: Lifetime): Promise<Released>;
  /** Everything under our name prefix, ours or not, all pages. Starts no server. */
  list(limits: Limits): Promise<readonly Listed[]>;
  /**
   * Makes sure that there is a migrated base for `wanted.tag.fingerprint`, where runs can start from one only if it was
   * made beforehand. Calls `migrate` with a database that is to become the base: every caller does until the base is
   * ready, so `migrate` itself must let one do the work. Throws what `migrate` throws. A provider that can't have
   * one now leaves it at that. Missing where bases come from `Database.keepAsBase`, or where there are none.
   */
  readonly ensureBase?: (wanted: Wanted, limits: Limits, migrate: (database: Database) => Promise<void>) => Promise<void>;
  /**
   * Reaches a database that is there without us, to read from it: it is neither changed nor deleted, nor given a compute.
   * Where that can't be, for a past state and for a branch without a compute, a copy is made as `copy` wants it, which
   * disposing removes. A refusal means that nothing was created. Throws `PROVIDER_REJECTED` for an unknown branch, naming
   * those that are there. Missing where no database is known but our own.
   */
  readonly reach?: (where: Where, copy: Wanted, limits: Limits) => Promise<Reached | Refusal>;
}
