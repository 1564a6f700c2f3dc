import type { Listener } from "../events.ts";
import { type Lead, OWN_ROW, ownRow } from "./claim.ts";
import type { Marker } from "./marker.ts";
import type { ToolLock } from "./request.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Whether the last leader of this database was ended in the middle of its command: it recorded no result, or its command was
 * killed. Only then is it known who left the tool's lock behind.
 */
export function wasEnded(snapshot: Snapshot): boolean {
  return endedLeader(snapshot) !== undefined;
}

/** The marker of that leader; undefined when it was not ended. */
export function endedLeader({ database, markers }: Snapshot): Marker | undefined {
  const [last] = markers.filter((marker) => marker.database === database).toSorted((one, other) => other.epoch - one.epoch);
  return last?.state === "migrating" || (last?.state === "failed" && last.error?.signal !== undefined) ? last : undefined;
}

/** An SQL condition: another program uses this database. It can be the tool that holds the lock. */
const IS_SHARED = `exists (select from pg_catalog.pg_stat_activity a where a.datname = pg_catalog.current_database() and a.backend_type = 'client backend'
  and a.pid <> pg_catalog.pg_backend_pid() and a.application_name not like 'offshoot%')`;

/**
 * Releases the tool's lock that an ended leader left behind. Its sessions must have ended. Each statement proves that we lead. A
 * lock is kept while another program uses the database.
 */
export async function releaseLeftLock({ session, claim, wasEnded: isLeft }: Lead, lock: ToolLock, emit: Listener): Promise<void> {
  if (!isLeft) return;
  const table = await lock.find();
  if (table === undefined) return;
  const leads = `exists (select from offshoot.readiness where ${OWN_ROW} and state = 'migrating')`;
  const [row] = await session.query<{ held: boolean; shared: boolean }>(
    `select exists (select from ${table} where ${lock.isHeld}) as held, ${IS_SHARED} as shared`,
  );
  if (row?.held !== true) return;
  const released = await session.query(
    `update ${table} set ${lock.release} where ${lock.isHeld} and ${leads} and not ${IS_SHARED} returning 1`,
    ownRow(claim),
  );
  const text =
    released.length > 0
      ? `The lock of ${lock.tool} (${table}) was left by the leader that was ended, and was released.`
      : `The lock of ${lock.tool} (${table}) is set. It was not released, because another program uses this database.`;
  emit({ kind: "note", text });
}
