import { codeOf } from "../errors.ts";
import { setTimeout as timer } from "node:timers/promises";
import { type Deadline, deadline, jitter } from "../deadline.ts";
import { databaseIdentity } from "../readiness/marker.ts";
import { readWaiters } from "../readiness/waiters.ts";
import { connect, type Session } from "../postgres/connect.ts";
import { LOCK_CLASS, tryLock, unlock } from "../postgres/lock.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { eraseEnding, isEnding, writeEnding } from "./deletion-marker.ts";

/** A share in a database that several `offshoot run` use at once. It ends with the process, however that ends. */
export interface UsageLock {
  /** Aborts when the share is lost for good: the database is gone, or `isWanted` says no. */
  readonly gone: AbortSignal;
  /**
   * Gives the share back. True when it was the last: until `close` nobody else can take one then. Those who still wait
   * for the migrations have no share yet; with a `patienceMs` we see for so long whether they take theirs.
   */
  release(patienceMs?: number): Promise<boolean>;
  /**
   * Runs `remove`, which removes the database, for the last: nobody takes a share from now on, also where the removal
   * takes effect after `remove` has ended. Where it says false, the database stays, and where it throws, `endWith` throws
   * the same: then others may come again.
   */
  endWith(remove: () => Promise<boolean>): Promise<boolean>;
  /** Ends the session. Needed after `release`, unless the database was deleted under it. */
  close(): Promise<void>;
}

const KEY = "offshoot:lease";

/** Neon suspends a compute after 300 s without a query, which would end the session and the share with it. */
const KEEP_AWAKE_MS = 60_000;

/** Milliseconds between two tries to take a lost share again at most, and for how long others may still be at it. */
const AGAIN_MS = 2000;
const SETTLE_MS = 3000;

/** Milliseconds for an answer: nothing that is asked here takes time, and over a dead network none ever comes. */
const ANSWER_MS = 10_000;

/** Milliseconds to wait for a share while the last holder looks whether somebody comes. */
const SHARE_MS = 10_000;

/** Neon ends a deleted branch's compute within seconds. */
const ENDING_MS = 15_000;

export interface UsageLockOptions {
  /** Shown in `pg_stat_activity`; default `offshoot:lease`. */
  readonly applicationName?: string | undefined;
  /** The database that a share is wanted in, from `databaseIdentity`; default whichever bears the name. */
  readonly identity?: string | undefined;
  /** Asked when the session is lost: whether a new one is to take the share again; default yes. */
  readonly isWanted?: (() => boolean) | undefined;
  /** Milliseconds after which a database whose last user began to remove it is taken to stay; default 15,000. */
  readonly endingMs?: number | undefined;
  /** Asked before it is taken to stay: whether its provider says so too; default: it does. */
  readonly stays?: (() => Promise<boolean>) | undefined;
}

/**
 * Takes a share in the database behind `url`; undefined when the last holder is just giving it up, so that
 * the database is about to go, and when another bears its name by now. Shares are session locks: a killed process
 * can't leave one behind.
 */
export async function takeUsageLock(url: DirectUrl, signal: AbortSignal, options: UsageLockOptions = {}): Promise<UsageLock | undefined> {
  const { applicationName = "offshoot:lease", endingMs = ENDING_MS, stays = () => Promise.resolve(true) } = options;
  const session = await connect(url, { applicationName, queryMs: ANSWER_MS, signal });
  try {
    const shared = await waitForShare(session, deadline("a share in the database", SHARE_MS, signal));
    const isKept = shared && !(await isEnding(session, deadline("a database that may be going", endingMs, signal), stays));
    if (isKept && (await isStill(session, options.identity))) return leaseOf(session, url, applicationName, options.isWanted);
    await session.close();
    return undefined;
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}

async function isStill(session: Session, identity: string | undefined): Promise<boolean> {
  return identity === undefined || (await databaseIdentity(session)).database === identity;
}

async function waitForShare(session: Session, within: Deadline): Promise<boolean> {
  while (!(await tryShare(session))) {
    if (within.leftMs() < 500) return false;
    await within.pause(jitter(200));
  }
  return true;
}

function leaseOf(first: Session, url: DirectUrl, applicationName: string, isWanted = (): boolean => true): UsageLock {
  const over = new AbortController();
  const gone = new AbortController();
  let session = first;
  let again: Promise<void> | undefined;
  let restoredAt: number | undefined;
  const awake = setInterval(() => void session.query("select 1").catch(() => session.close()), KEEP_AWAKE_MS);
  awake.unref();
  watch(first);
  return {
    gone: gone.signal,
    async release(patienceMs = 0) {
      await stop();
      if (session.lost.aborted) await reconnect();
      // Who lost a session lost it with all others: before one is the last, they get the time to take their shares again.
      if (restoredAt !== undefined) await timer(Math.max(0, restoredAt + SETTLE_MS - performance.now()));
      await session.query("select pg_advisory_unlock_shared($1, hashtext($2))", [LOCK_CLASS, KEY]);
      return isLast(session, patienceMs);
    },
    async endWith(remove) {
      await writeEnding(session);
      let isGone = false;
      try {
        isGone = await remove();
        return isGone;
      } finally {
        // Where that fails, the next one finds out for itself that the database stays.
        if (!isGone) await eraseEnding(session).catch(() => session.close());
      }
    },
    async close() {
      await stop();
      await session.close();
    },
  };

  function take(): void {
    again = takeAgain();
  }

  function watch({ lost }: Session): void {
    lost.addEventListener("abort", () => (over.signal.aborted ? undefined : take()), { once: true });
  }

  async function stop(): Promise<void> {
    over.abort();
    clearInterval(awake);
    await again;
  }

  /** The server went away under us, as a compute does that restarts. Another may look just then whether it is the last. */
  async function takeAgain(): Promise<void> {
    for (let pauseMs = 100; !over.signal.aborted; pauseMs = Math.min(pauseMs * 1.5, AGAIN_MS)) {
      if (!isWanted()) return giveUp();
      try {
        if (session.lost.aborted) await reconnect(over.signal);
        // Asked once more: who wants it no longer ends the sessions that are there just then, and this one may be newer.
        if ((await tryShare(session)) && isWanted() && !session.lost.aborted) return watch(session);
      } catch (thrown) {
        if (codeOf(thrown) === SQLSTATE.undefinedDatabase) return giveUp();
      }
      await timer(jitter(pauseMs), undefined, { signal: over.signal, ref: false }).catch(() => {});
    }
  }

  async function giveUp(): Promise<void> {
    await session.close();
    gone.abort();
  }

  async function reconnect(signal?: AbortSignal): Promise<void> {
    session = await connect(url, { applicationName, queryMs: ANSWER_MS, signal });
    restoredAt = performance.now();
  }
}

async function isLast(session: Session, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  try {
    for (;;) {
      if (!(await tryLock(session, KEY))) return false;
      if (performance.now() >= end || !(await isAwaited(session))) return true;
      await unlock(session, KEY);
      await timer(jitter(500));
    }
  } catch (thrown) {
    // Without a share of ours nothing keeps another from being the last, and from ending all sessions.
    if (session.lost.aborted) return false;
    throw thrown;
  }
}

async function isAwaited(session: Session): Promise<boolean> {
  const { database } = await databaseIdentity(session);
  return (await readWaiters(session, database)).length > 0;
}

async function tryShare(session: Session): Promise<boolean> {
  const [row] = await session.query<{ locked: boolean }>("select pg_try_advisory_lock_shared($1, hashtext($2)) as locked", [
    LOCK_CLASS,
    KEY,
  ]);
  return row?.locked ?? false;
}
