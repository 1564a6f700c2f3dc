import type { Context } from "../context/context.ts";
import { isRunDatabaseAt } from "../context/target-database.ts";
import { type Deadline, deadline, jitter } from "../deadline.ts";
import { OffshootError } from "../errors.ts";
import { connectionError, withSession } from "../postgres/connect.ts";
import type { Database } from "../providers/provider.ts";
import { readLockHolder } from "../readiness/lock.ts";
import { hasDeletionMarker } from "./deletion-marker.ts";
import { otherSessions } from "./other-sessions.ts";
import { afterOthers, BUSY, isUsedByOthers, REPLACER, wasEnded } from "./replacers.ts";
import { takeUsageLock } from "./usage-lock.ts";

/** Milliseconds until a database must show its new contents, after its provider has reported that it has them. */
const SHOWN_MS = 30_000;

/** Milliseconds until the session of a program that has ended is closed. */
const LEAVING_MS = 1000;

/** With `force`, another `reset` or `restore` is no longer waited for in the last milliseconds of the time. */
const FORCED_MS = 30_000;

/** What replaces the contents of a database, for messages. */
export interface Replacement {
  /** As in "The database x was not reset". */
  readonly done: "reset" | "restored";
  /** Also replace them while others use the database. */
  readonly force: boolean;
  /** The command that does so. */
  readonly forced: string;
}

/**
 * Replaces the contents of a database with `replace` while nobody else uses it. A job that starts meanwhile waits, and starts
 * over with the new contents: the deletion marker in the old contents makes it wait. Another `reset` or `restore` is waited for.
 * Throws `PROTECTED`, and changes nothing, when others hold a usage lock, migrate the database or are connected to it, unless
 * `force` is set.
 */
export async function replaceContents<D extends Pick<Database, "directUrl">>(
  context: Context,
  database: Database,
  replacement: Replacement,
  replace: () => Promise<D>,
): Promise<D> {
  let isStarted = false;
  let ended: unknown;
  const start = (): Promise<D> => {
    isStarted = true;
    return replace();
  };
  const attempt = async (within: Deadline): Promise<D | typeof BUSY> => {
    ended = undefined;
    try {
      return await replaceAlone(context, database, replacement, start, within);
    } catch (thrown) {
      if (isStarted || !wasEnded(thrown)) throw thrown;
      ended = thrown;
      return BUSY;
    }
  };
  const replaced = await afterOthers(context, database, attempt, () =>
    ended === undefined ? busy(database, replacement) : connectionError(database.directUrl, ended),
  );
  await untilNew(replaced, context.signal);
  return replaced;
}

async function replaceAlone<D>(
  context: Context,
  database: Database,
  replacement: Replacement,
  replace: () => Promise<D>,
  within: Deadline,
): Promise<D | typeof BUSY> {
  const { directUrl } = database;
  const { signal } = context;
  const isListed = (): Promise<boolean> => isRunDatabaseAt(context, directUrl);
  const usageLock = await takeUsageLock(directUrl, signal, { applicationName: REPLACER, isListed, isWanted: () => false });
  if (usageLock === undefined) return BUSY;
  try {
    const isAlone = await usageLock.release();
    const isForcedNow = replacement.force && within.leftMs() <= FORCED_MS;
    // Whoever held the lock can have released it since.
    if (!isAlone && !isForcedNow && !(await isUsedByOthers(directUrl, signal))) return BUSY;
    if (!replacement.force) {
      if (!isAlone) throw inUse(database, "other processes of this run use it", replacement);
      const leader = await withSession(directUrl, readLockHolder, { signal });
      if (leader !== undefined) throw inUse(database, "another process migrates it", replacement);
      const connected = await sessionsThatStay(directUrl, signal);
      if (connected !== undefined) throw inUse(database, `others are connected to it: ${connected}`, replacement);
    }
    let replaced: D | undefined;
    await usageLock.removeWith(async () => {
      replaced = await replace();
      return true;
    });
    if (replaced === undefined) throw new TypeError("nothing was replaced");
    return replaced;
  } finally {
    await usageLock.close();
  }
}

/** Who is connected, and still is after a moment: the session of a program that has just ended disappears within it. */
async function sessionsThatStay(url: Database["directUrl"], signal: AbortSignal): Promise<string | undefined> {
  return withSession(
    url,
    async (session) => {
      const within = deadline("the sessions of others", LEAVING_MS * 10, signal);
      let connected = await otherSessions(session);
      for (let left = 4; left > 0 && connected !== undefined; left -= 1) {
        await within.pause(LEAVING_MS / 4);
        connected = await otherSessions(session);
      }
      return connected;
    },
    { signal },
  );
}

/** The marker was written into the old contents. While it is there, a server still shows those. */
async function untilNew({ directUrl }: Pick<Database, "directUrl">, signal: AbortSignal): Promise<void> {
  const within = deadline("the new contents of the database", SHOWN_MS, signal);
  const showsOld = (): Promise<boolean> =>
    withSession(directUrl, hasDeletionMarker, { signal: within.signal }).catch((thrown: unknown) => {
      // Another `reset` has replaced the contents again.
      if (wasEnded(thrown)) return true;
      throw thrown;
    });
  while (await showsOld()) await within.pause(jitter(500));
}

function busy({ name }: Database, { done }: Replacement): OffshootError {
  return new OffshootError("PROTECTED", `The database ${name} was not ${done}: another command is replacing its contents or deleting it.`, {
    meaning:
      "This command waited for a minute. The other one is `offshoot reset`, `restore` or `down`, in another process. Nothing was changed.",
    remedy: "Run the command again when the other one has ended.",
  });
}

function inUse({ name }: Database, why: string, { done, forced }: Replacement): OffshootError {
  return new OffshootError("PROTECTED", `The database ${name} was not ${done}: ${why}.`, {
    meaning: "They would lose their data and their sessions in the middle of their work. Nothing was changed.",
    remedy: `Run the command again when they have ended, or replace the contents under them: ${forced}`,
  });
}
