import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import { sqlstateOf } from "../postgres/server-failure.ts";
import { isTemporary, SQLSTATE } from "../postgres/sqlstate.ts";
import type { Lost } from "./claim.ts";

/** A write was refused: the lock or the epoch is not ours. */
export const REPLACED: Lost = { lost: "another job leads now" };

/**
 * Waits for a write to the marker. Refused, or possibly not received by the server: the lead is lost, and only the marker
 * shows the result. Throws what `cannotRecord` returns when the server cannot write it: every other job would fail too.
 */
export async function write(writing: Promise<boolean>, what: string): Promise<"written" | Lost> {
  try {
    return (await writing) ? "written" : REPLACED;
  } catch (thrown) {
    return lostBy(thrown, what);
  }
}

/** The loss of the lead that a failed write means. Throws what `cannotRecord` returns when the failure is permanent. */
export function lostBy(thrown: unknown, what: string): Lost {
  if (!isTemporary(thrown)) throw cannotRecord(thrown, what);
  return { lost: lossReason(thrown) };
}

/** Completes "This job lost the lead of the migration, because …" for a statement that failed for now. */
export function lossReason(thrown: unknown): string {
  if (sqlstateOf(thrown) === SQLSTATE.adminShutdown) {
    return `its database session was ended, by a job that took over because this one sent no heartbeat, by an administrator, or because the server stopped (${messageOf(thrown)})`;
  }
  return `the database did not answer (${messageOf(thrown)})`;
}

/** The error for a marker that the server cannot write. `what` completes "could not record …". */
export function cannotRecord(thrown: unknown, what: string): unknown {
  const sqlstate = sqlstateOf(thrown);
  // The caller reports missing rights for all statements alike.
  if (sqlstate === SQLSTATE.insufficientPrivilege) return thrown;
  const isFull = isOffshootError(thrown) && thrown.code === "DISK_FULL";
  // The words of the server say more than what they mean for any statement.
  const why = messageOf(isOffshootError(thrown) ? (thrown.cause ?? thrown) : thrown).replace(/\.$/, "");
  return new OffshootError(isFull ? "DISK_FULL" : "LEADERSHIP_LOST", `The database could not record ${what}: ${why}.`, {
    meaning: "The migration command has ended, and no other job can see its result. The next job runs the migrations again.",
    remedy: isFull
      ? "Free some disk space on the database server, then run the job again."
      : "Correct the cause on the database server (its log has the statement), then run the job again.",
    facts: { sqlstate },
  });
}

/** The error of a leader that holds the lock but not its marker: no other job can have written it. */
export function markerChanged(): OffshootError {
  return new OffshootError(
    "LEADERSHIP_LOST",
    "The row of offshoot in offshoot.readiness was changed or deleted while the migrations ran.",
    {
      meaning: "No other job did that, because this one leads. So the migration did, or another program. Its command was ended.",
      remedy: "Exclude the schema `offshoot` from what the migration empties, drops or changes, then run the job again.",
    },
  );
}
