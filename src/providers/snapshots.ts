import type { OwnerTag } from "../identity/owner-tag.ts";
import type { Listener } from "../events.ts";
import type { ProviderName } from "./refusal.ts";

/** A stored state of a run's database. */
export interface StoredSnapshot {
  readonly provider: ProviderName;
  /** The name that the user gave it. */
  readonly name: string;
  /** The provider's own id. */
  readonly id: string;
  readonly createdAt: Date;
  /** It is deleted after this time, whatever happens to the run. */
  readonly expiresAt: Date;
  readonly sizeBytes: number | undefined;
}

/** The limits of a call, as \`Limits\` of a provider. */
interface Limits {
  readonly signal: AbortSignal;
  readonly withinMs: number;
  readonly emit: Listener;
}

export interface SnapshotRequest {
  readonly name: string;
  /** It expires at this time, by the clock of this machine. */
  readonly expiresAt: Date;
  /** End the sessions of the database, where a copy needs that. */
  readonly force: boolean;
  /** Called with the tag of the database just before. Nothing is stored when it throws. */
  readonly check: (tag: OwnerTag) => void;
}

/**
 * Snapshots of a run's database. `database` is the full name of the run's database. They belong to the run: only those that
 * carry the mark of offshoot for that database are listed, restored and deleted.
 */
export interface Snapshots<Database> {
  list(database: string, limits: Limits): Promise<readonly StoredSnapshot[]>;
  /** Stores the present state. Throws `PROTECTED` when sessions keep it from being copied, `PROVIDER_REJECTED` for a limit. */
  create(database: string, request: SnapshotRequest, limits: Limits): Promise<StoredSnapshot>;
  /**
   * Replaces the contents of the run's database by those of the snapshot, as `Provider.reset` does. On Neon, the id of the
   * branch changes, and the URL stays. Undefined when the run has no database.
   */
  restore(
    database: string,
    snapshot: StoredSnapshot,
    options: Pick<SnapshotRequest, "check">,
    limits: Limits,
  ): Promise<Database | undefined>;
  remove(database: string, snapshot: StoredSnapshot, limits: Limits): Promise<"deleted" | "not-found">;
}
