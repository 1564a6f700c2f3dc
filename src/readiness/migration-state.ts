import type { Marker } from "./marker.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the newest migrations of a database came to, whatever files they had. */
export type MigrationState =
  /** Neither this database nor the one that it was copied from was migrated by offshoot. */
  | { readonly kind: "none" }
  | { readonly kind: "ready" }
  /** The marker is missing while a leader has only begun. */
  | { readonly kind: "running"; readonly marker: Marker | undefined }
  /** The leader ended without a result: it was killed or cancelled. */
  | { readonly kind: "interrupted"; readonly marker: Marker }
  | { readonly kind: "failed"; readonly marker: Marker };

/** A leader without a lock was perhaps ended a moment ago, and another job takes its place within this time. */
const REPLACED_WITHIN_MS = 5000;

/** Pure: the same snapshot gives the same state. A job with other files decides by its own fingerprint (`decide`). */
export function migrationState({ markers, database, holder, now }: Snapshot): MigrationState {
  const own = markers.filter((marker) => marker.database === database);
  const newest = own.toSorted((one, other) => other.epoch - one.epoch)[0];
  if (newest?.state === "ready" || newest?.state === "finalizing") return { kind: "ready" };
  if (holder !== undefined) return { kind: "running", marker: newest?.state === "migrating" ? newest : undefined };
  if (newest?.state === "failed") return { kind: "failed", marker: newest };
  if (newest !== undefined) {
    const isRecent = now.getTime() - newest.beatAt.getTime() < REPLACED_WITHIN_MS;
    return { kind: isRecent ? "running" : "interrupted", marker: newest };
  }
  // Of the database that was copied only a result counts: an earlier failure was in another database.
  return { kind: markers.some(({ state }) => state === "ready" || state === "finalizing") ? "ready" : "none" };
}
