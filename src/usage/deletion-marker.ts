import { type Deadline, jitter } from "../deadline.ts";
import { codeOf, messageOf } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { createOnlyOurs } from "../postgres/only-ours.ts";
import { isTemporary, LOST_CREATION_RACE, SQLSTATE } from "../postgres/sqlstate.ts";
import { notOurs } from "../readiness/stored.ts";

/**
 * A table that the last user creates in a database before deleting it. Neon accepts the deletion of a branch some time
 * before it deletes the branch. Without the marker, a job that starts in between would lose the database during its tests.
 */
const TABLE = "offshoot.deletion";

const CREATE = `create schema if not exists offshoot; create table if not exists ${TABLE} ()`;

/** Milliseconds between two checks of a database that is being deleted. */
const POLL_MS = 250;

/**
 * Writes the marker. The caller must hold the database alone. If the marker cannot be written (missing privilege, full
 * disk, event trigger), the database is deleted without one. Throws only when the session is lost, because then
 * another job may hold the database.
 */
export async function writeDeletionMarker(session: Session): Promise<void> {
  const write = (): Promise<void> => createOnlyOurs(session, CREATE, ["deletion"]);
  await write()
    .catch((thrown: unknown) => {
      // A job without a usage lock may create the schema at the same moment, for the readiness marker.
      if (LOST_CREATION_RACE.includes(codeOf(thrown) ?? "")) return write();
      throw thrown;
    })
    .catch((thrown: unknown) => {
      if (session.lost.aborted || isTemporary(thrown)) throw thrown;
    });
}

/** Removes the marker. Without the privilege to do so, the marker is kept. Throws `NOT_OURS` for a view or another object. */
export async function eraseDeletionMarker(session: Session): Promise<void> {
  try {
    await session.query(`drop table if exists ${TABLE}`);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === SQLSTATE.wrongObjectType || code === SQLSTATE.dependentObjects) throw notOurs(TABLE, messageOf(thrown));
    if (code !== SQLSTATE.insufficientPrivilege) throw thrown;
  }
}

/**
 * Whether the database is being deleted, so that the caller must not use it. While the marker exists, this waits until
 * the end of `within`. If the database still exists then, and `isListed` reports that its provider still has it, the job
 * that wrote the marker was killed before it requested the deletion: the marker is erased and the result is false.
 */
export async function isBeingDeleted(session: Session, within: Deadline, isListed: () => Promise<boolean>): Promise<boolean> {
  try {
    while (await hasDeletionMarker(session)) {
      if (within.leftMs() <= POLL_MS) {
        if (!(await isListed())) return true;
        await eraseDeletionMarker(session);
        return false;
      }
      await within.pause(jitter(POLL_MS) / 2);
    }
    return false;
  } catch (thrown) {
    if (session.lost.aborted) return true;
    throw thrown;
  }
}

/** Whether the marker exists. */
export async function hasDeletionMarker(session: Session): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>(
    `select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'offshoot' and c.relname = 'deletion') as found`,
  );
  return row?.found ?? false;
}
