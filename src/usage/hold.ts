import type { Context } from "../context/context.ts";
import { isRunDatabaseAt } from "../context/target-database.ts";
import { isOffshootError } from "../errors.ts";
import { connectionError } from "../postgres/connect.ts";
import { isDatabaseMissing, isTemporary, SQLSTATE } from "../postgres/sqlstate.ts";
import type { Database } from "../providers/provider.ts";
import { type HeldDatabase, refusesSessions } from "./teardown.ts";
import { renewalOf, renewWhileUsed, withRenewal } from "./renewal.ts";
import { type Loss, takeUsageLock } from "./usage-lock.ts";

/** How often the database may be deleted by another job before this job has its usage lock. */
const ATTEMPTS = 3;

/** Prepares a database for use. Returns the identity (`Migrated.database`) of the database that it changed, if any. */
export type PrepareDatabase<R> = (result: R) => Promise<string | undefined>;

/**
 * The run's database with a usage lock, so that the last job that uses the database deletes it. Its expiry is renewed from now
 * on until the lock is released or closed.
 *
 * `prepareDatabase` runs before the lock is taken, because a database can become a base only while no session is open in it.
 * When another job deletes the database before the lock is taken, everything starts over, also when a third job has
 * created the database again by then. Throws what `acquire` and `prepareDatabase` throw.
 */
export async function holdDatabase<R extends { readonly database: Database }>(
  context: Context,
  acquire: () => Promise<R>,
  prepareDatabase: PrepareDatabase<R>,
): Promise<HeldDatabase & R> {
  let failures = 0;
  for (;;) {
    const result = await acquire();
    // Migrations can take longer than the time to live.
    const stopRenewing = renewWhileUsed(result.database, renewalOf(context));
    let isHeld = false;
    try {
      const identity = await prepareDatabase(result);
      const { directUrl } = result.database;
      const isListed = (): Promise<boolean> => isRunDatabaseAt(context, directUrl);
      const usageLock = await takeUsageLock(directUrl, context.signal, { identity, isListed, onLoss: (what) => warnOfLoss(context, what) });
      isHeld = usageLock !== undefined;
      if (usageLock !== undefined) return { ...result, usageLock: withRenewal(usageLock, stopRenewing) };
    } catch (thrown) {
      failures += 1;
      const mustStop = failures === ATTEMPTS || context.signal.aborted;
      if (mustStop || (!isDeletedDatabase(thrown) && (await isRunDatabaseAt(context, result.database.directUrl))))
        throw isTemporary(thrown) || refusesSessions(thrown) ? connectionError(result.database.directUrl, thrown) : thrown;
    } finally {
      if (!isHeld) await stopRenewing();
    }
    context.emit({ kind: "note", text: "another job deleted the database before this job could use it; starting over" });
  }
}

/** The command may have been frozen meanwhile, or have found nothing wrong yet. */
function warnOfLoss({ name, emit }: Context, what: Loss): void {
  const text =
    what === "deleted"
      ? `The database ${name} was deleted while it was in use here, such as by \`offshoot down --force\`. What uses it from now on fails, and its rows are lost. If another job creates it again, what runs here works in that one.`
      : `The database ${name} was deleted while it was in use here, and another one has its name now: another job created it, or \`offshoot reset --force\` did. What runs here from now on works in that one. The rows from before are lost, so do not trust its result.`;
  emit({ kind: "warning", text });
}

/** Whether the error means that the database was deleted. Another database may have the same name by now. */
function isDeletedDatabase(thrown: unknown): boolean {
  if (isOffshootError(thrown)) {
    // The error of a migration that used another database has the same code.
    return (
      thrown.facts["missing"] === true || (thrown.code === "CONNECTION_FAILED" && thrown.facts["sqlstate"] === SQLSTATE.undefinedDatabase)
    );
  }
  // The deletion can end the session while the job waits for the lock, or make the connection fail.
  return isTemporary(thrown) || isDatabaseMissing(thrown);
}
