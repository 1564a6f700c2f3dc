import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/session.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { ProviderName } from "../refusal.ts";

/** A clone of a run's migrated database: a database of its own on the same server, for one worker, file or test. */
export interface Clone extends AsyncDisposable {
  /** The name that was asked for, or a random one. */
  readonly name: string;
  /** The URL for applications: through the pooler if the provider has one. */
  readonly url: string;
  readonly directUrl: DirectUrl;
  /** After this time an idle reaper or `sweep` deletes a clone that nobody deleted. */
  readonly expiresAt: Date;
  /** Deletes the clone and ends its sessions. A second call has no effect. `await using` does the same. */
  drop(): Promise<void>;
}

export interface CloneOptions {
  /** Lower case letters, digits and `-`, at most 32. A clone with this name is used again if it exists. Default: a random name. */
  readonly name?: string | undefined;
  /** Cancels the call. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks in a session in the run's database whether its state may be cloned; false: not yet. It is asked again later, and must throw
 * with `isLast`.
 */
export type SourceCheck = (own: Session, isLast: boolean) => Promise<boolean>;

/** Where clones of a database are made. It can be passed to other processes as JSON, and contains a password. */
export interface CloneServer {
  readonly provider: ProviderName;
  /** URL of the database from which clones are created and dropped: the maintenance database, or the run's own. */
  readonly url: DirectUrl;
  /** The URLs of the run's database. Those of a clone differ only in the name of the database. */
  readonly pooledUrl: string;
  readonly directUrl: DirectUrl;
  /** Whether a copy of the files is faster than one through the log. */
  readonly isQuick: boolean;
  /** The tag of the run's database. */
  readonly tag: OwnerTag;
}
