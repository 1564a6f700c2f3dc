import { setTimeout as timer } from "node:timers/promises";
import { type Deadline, deadline, jitter } from "../deadline.ts";
import { codeOf } from "../errors.ts";
import { connect, type Session } from "../postgres/connect.ts";
import { LOCK_CLASS, tryLock, unlock } from "../postgres/lock.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { databaseIdentity } from "../readiness/snapshot.ts";
import { readWaiters } from "../readiness/waiting-list.ts";
import { eraseDeletionMarker, isBeingDeleted, writeDeletionMarker } from "./deletion-marker.ts";

/**
 * A shared lock on a database that several `offshoot run` use at once. It is a session lock of Postgres, so a killed
 * process cannot keep it.
 */
export interface UsageLock {
  /** Aborts when the lock is lost and is not taken again: the database was deleted, or `isWanted` returned false. */
  readonly lost: AbortSignal;
  /**
   * Releases the lock. Returns true when it was the last one; then nobody else can take one until `close`. Jobs that
   * still wait for the migrations have no lock yet: with `waitMs`, they get that many milliseconds to take theirs.
   */
  release(waitMs?: number): Promise<boolean>;
  /**
   * Runs `remove`, which deletes the database, after the last lock was released. From now on nobody can take a lock, also
   * when the deletion takes effect after `remove` has ended. When `remove` returns false or throws, the database is kept
   * and others can take locks again. Returns what `remove` returns, and throws what it throws.
   */
  removeWith(remove: () => Promise<boolean>): Promise<boolean>;
  /** Ends the session. Required after `release`, unless the database was deleted. */
  close(): Promise<void>;
}

/** The key of the lock, and the name of the sessions that hold it. */
export const USAGE_KEY = "offshoot:usage";

/**
 * Neon suspends a compute after 300 s without a query. That would end the session, and the lock with it. The statements also show
 * that this process lives (`users.ts`).
 */
const KEEP_AWAKE_MS = 20_000;

/** Longest pause, in milliseconds, between two attempts to take a lost lock again. */
const RETRY_MS = 2000;

/** Milliseconds without a session until the provider is asked whether it still has the database, and until it is asked again. */
const FIRST_ASK_MS = 5000;
const ASK_MS = 30_000;

/** Milliseconds that the other users get to take their locks again, after a server restart ended all sessions. */
const RETAKE_MS = 3000;

/** Milliseconds for one query. Every query here is short, and over a dead network no answer ever comes. */
const QUERY_MS = 10_000;

/** Milliseconds to wait for a lock while the last user checks whether other jobs wait. */
const TAKE_MS = 10_000;

/** Neon ends the compute of a deleted branch within seconds. */
const DELETION_MS = 15_000;

/** What happened to a database that a job still uses. A frozen job cannot see it before it continues. */
export type Loss = "deleted" | "replaced";

export interface UsageLockOptions {
  /** Shown in `pg_stat_activity`; default `offshoot:usage`. */
  readonly applicationName?: string | undefined;
  /** The database to lock, from `databaseIdentity`; default any database with this name. */
  readonly identity?: string | undefined;
  /** Called when the session is lost: whether to take the lock again; default true. */
  readonly isWanted?: (() => boolean) | undefined;
  /** Milliseconds after which a database with a deletion marker counts as kept; default 15,000. */
  readonly deletionMs?: number | undefined;
  /** Whether the provider still lists the database; default true. Called before a database with a deletion marker counts as kept, and while a lost session cannot be opened again. */
  readonly isListed?: (() => Promise<boolean>) | undefined;
  /** Called once when the session was lost because the database was deleted, or replaced by another one of its name. */
  readonly onLoss?: ((what: Loss) => void) | undefined;
}

/**
 * Takes a usage lock on the database at `url`. Undefined when the last user is about to delete the database, or when the
 * database at `url` is not the one with the given `identity`.
 */
export async function takeUsageLock(url: DirectUrl, signal: AbortSignal, options: UsageLockOptions = {}): Promise<UsageLock | undefined> {
  const { applicationName = USAGE_KEY, deletionMs = DELETION_MS, isListed = () => Promise.resolve(true) } = options;
  const session = await connect(url, { applicationName, queryMs: QUERY_MS, signal });
  try {
    const isLocked = await waitForSharedLock(session, deadline("the usage lock", TAKE_MS, signal));
    const isKept = isLocked && !(await isBeingDeleted(session, deadline("the deletion of the database", deletionMs, signal), isListed));
    const { onLoss, identity = onLoss && (await databaseIdentity(session)).database } = options;
    if (isKept && (await hasIdentity(session, identity)))
      return usageLockOf(session, url, { ...options, applicationName, identity, isListed });
    await session.close();
    return undefined;
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}

async function hasIdentity(session: Session, identity: string | undefined): Promise<boolean> {
  return identity === undefined || (await databaseIdentity(session)).database === identity;
}

async function waitForSharedLock(session: Session, within: Deadline): Promise<boolean> {
  while (!(await trySharedLock(session))) {
    if (within.leftMs() < 500) return false;
    await within.pause(jitter(200));
  }
  return true;
}

function usageLockOf(first: Session, url: DirectUrl, options: UsageLockOptions & { readonly isListed: () => Promise<boolean> }): UsageLock {
  const { applicationName, identity, isListed, isWanted = (): boolean => true } = options;
  const stopped = new AbortController();
  const lost = new AbortController();
  let session = first;
  let retaking: Promise<void> | undefined;
  let reconnectedAt: number | undefined;
  let isReported = false;
  const keepAwake = setInterval(() => void session.query("select 1").catch(() => session.close()), KEEP_AWAKE_MS);
  keepAwake.unref();
  watch(first);
  return {
    lost: lost.signal,
    async release(waitMs = 0) {
      await stop();
      if (session.lost.aborted) await reconnect();
      // All users lose their sessions at the same time. The others need time to take their locks again.
      if (reconnectedAt !== undefined) await timer(Math.max(0, reconnectedAt + RETAKE_MS - performance.now()));
      await session.query("select pg_catalog.pg_advisory_unlock_shared($1, pg_catalog.hashtext($2))", [LOCK_CLASS, USAGE_KEY]);
      return isLast(session, waitMs);
    },
    async removeWith(remove) {
      await writeDeletionMarker(session);
      let isRemoved = false;
      try {
        isRemoved = await remove();
        return isRemoved;
      } finally {
        // If the marker cannot be erased, the next user finds out after `deletionMs` that the database is kept.
        if (!isRemoved) await eraseDeletionMarker(session).catch(() => session.close());
      }
    },
    async close() {
      await stop();
      await session.close();
    },
  };

  function watch({ lost: sessionLost }: Session): void {
    sessionLost.addEventListener("abort", onSessionLost, { once: true });
  }

  function onSessionLost(): void {
    if (!stopped.signal.aborted) retaking = takeAgain();
  }

  async function stop(): Promise<void> {
    stopped.abort();
    clearInterval(keepAwake);
    await retaking;
  }

  /** After a lost session, as when a compute restarts. At the same time another user may check whether it is the last. */
  async function takeAgain(): Promise<void> {
    let askAt = performance.now() + FIRST_ASK_MS;
    for (let pauseMs = 100; !stopped.signal.aborted; pauseMs = Math.min(pauseMs * 1.5, RETRY_MS)) {
      if (!isWanted()) return giveUp();
      try {
        if (session.lost.aborted) await reconnect(stopped.signal);
        // Checked again after the lock: whoever ends our sessions on purpose cannot see one that is opened later.
        if ((await trySharedLock(session)) && isWanted() && !session.lost.aborted) return watch(session);
      } catch (thrown) {
        if (codeOf(thrown) === SQLSTATE.undefinedDatabase) return giveUp();
        // A deleted branch of Neon has no server that could say so.
        const isDue = performance.now() >= askAt;
        if (isDue) askAt = performance.now() + ASK_MS;
        if (isDue && !(await isListed().catch(() => true))) {
          report("deleted");
          return giveUp();
        }
      }
      await timer(jitter(pauseMs), undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    }
  }

  async function giveUp(): Promise<void> {
    await session.close();
    lost.abort();
  }

  async function reconnect(signal?: AbortSignal): Promise<void> {
    try {
      session = await connect(url, { applicationName, queryMs: QUERY_MS, signal });
    } catch (thrown) {
      if (codeOf(thrown) === SQLSTATE.undefinedDatabase) report("deleted");
      throw thrown;
    }
    reconnectedAt = performance.now();
    if (!isReported && !(await hasIdentity(session, identity))) report("replaced");
  }

  function report(what: Loss): void {
    if (!isReported) options.onLoss?.(what);
    isReported = true;
  }
}

async function isLast(session: Session, waitMs: number): Promise<boolean> {
  const end = performance.now() + waitMs;
  try {
    for (;;) {
      if (!(await tryLock(session, USAGE_KEY))) return false;
      if (performance.now() >= end || !(await hasWaiters(session))) return true;
      await unlock(session, USAGE_KEY);
      await timer(jitter(500));
    }
  } catch (thrown) {
    // Our lock is released. Another user may be the last by now, and end all sessions.
    if (session.lost.aborted) return false;
    throw thrown;
  }
}

async function hasWaiters(session: Session): Promise<boolean> {
  const { database } = await databaseIdentity(session);
  return (await readWaiters(session, database)).length > 0;
}

async function trySharedLock(session: Session): Promise<boolean> {
  const [row] = await session.query<{ locked: boolean }>(
    "select pg_catalog.pg_try_advisory_lock_shared($1, pg_catalog.hashtext($2)) as locked",
    [LOCK_CLASS, USAGE_KEY],
  );
  return row?.locked ?? false;
}
