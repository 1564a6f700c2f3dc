import { isOffshootError, OffshootError } from "../errors.ts";
import { connect, type Session } from "../postgres/connect.ts";
import { LOCK_CLASS } from "../postgres/lock.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Hold, Holding } from "../providers/hold.ts";
import { LEADER_KEY } from "../readiness/lock.ts";
import { eraseDeletionMarker, writeDeletionMarker } from "./deletion-marker.ts";
import { USAGE_KEY } from "./usage-lock.ts";
import { describeUsers, readUsers } from "./users.ts";

/** Milliseconds to connect, and for each statement. A database that does not answer is deleted without a look. */
const CONNECT_MS = 10_000;
const QUERY_MS = 10_000;

/** The locks are held until the session is closed. Users who are silent keep theirs until the database is deleted. */
const TRY_BOTH = `select pg_catalog.pg_try_advisory_lock($1, pg_catalog.hashtext($2)), pg_catalog.pg_try_advisory_lock($1, pg_catalog.hashtext($3))`;

export interface DeletionOptions {
  readonly name: string;
  /** The command that deletes the database under its users. */
  readonly forced: string;
  readonly signal: AbortSignal;
}

/** Whether a deletion was refused because somebody uses the database. */
export function isUsed(thrown: unknown): boolean {
  return isOffshootError(thrown) && thrown.facts["users"] !== undefined;
}

/**
 * Makes sure that no process of offshoot uses or migrates a database while it is deleted: holds the locks of both, and marks the
 * database, so that a job which starts meanwhile waits and starts over. Throws `PROTECTED` with the fact `users` when somebody
 * uses it, also a clone of it. Sessions of other programs do not matter.
 */
export function holdForDeletion(options: DeletionOptions): Holding {
  return async (url, databases, server) => {
    // A migration can forbid connections, or the database was dropped with SQL. Then nobody can begin to use it.
    const session = await open(url, options).catch(() => undefined);
    if (session === undefined) {
      if (server !== undefined) await requireFree(server, databases, options);
      return undefined;
    }
    try {
      await session.query(TRY_BOTH, [LOCK_CLASS, USAGE_KEY, LEADER_KEY]);
      await requireFree(session, databases, options);
      await writeDeletionMarker(session);
      return holdOf(session);
    } catch (thrown) {
      await session.close();
      throw thrown;
    }
  };
}

function open(url: DirectUrl, { signal }: DeletionOptions): Promise<Session> {
  return connect(url, { applicationName: "offshoot:down", connectMs: CONNECT_MS, queryMs: QUERY_MS, signal });
}

async function requireFree(session: Session, databases: readonly string[] | undefined, { name, forced }: DeletionOptions): Promise<void> {
  const users = await readUsers(session, databases);
  if (users.length === 0) return;
  throw new OffshootError("PROTECTED", `The database ${name} was not deleted: ${describeUsers(users)}.`, {
    meaning: "It would lose its data and its sessions in the middle of its work.",
    remedy: `Run the command again when it has ended, or delete the database under it: ${forced}`,
    facts: { users: users.length },
  });
}

function holdOf(session: Session): Hold {
  return {
    async end(isDeleted) {
      if (!isDeleted && !session.lost.aborted) await eraseDeletionMarker(session).catch(() => {});
      await session.close();
    },
  };
}
