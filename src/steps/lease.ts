import { setTimeout as timer } from "node:timers/promises";
import { type Deadline, deadline, jitter } from "../deadline.ts";
import { databaseIdentity } from "../gate/marker.ts";
import { readWaiters } from "../gate/waiters.ts";
import { connect, type Session } from "../postgres/connect.ts";
import { LOCK_CLASS, tryLock, unlock } from "../postgres/lock.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { eraseEnding, isEnding, writeEnding } from "./ending.ts";

/** A share in a database that several `offshoot run` use at once. It ends with the process, however that ends. */
export interface Lease {
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

/** Milliseconds to wait for a share while the last holder looks whether somebody comes. */
const SHARE_MS = 10_000;

/** Neon ends a deleted branch's compute within seconds. */
const ENDING_MS = 15_000;

export interface LeaseOptions {
  /** Shown in `pg_stat_activity`; default `offshoot:lease`. */
  readonly applicationName?: string | undefined;
  /** Called when the session is gone; default: a new session takes the share again. */
  readonly whenLost?: (() => void) | undefined;
  /** Milliseconds after which a database whose last user began to remove it is taken to stay; default 15,000. */
  readonly endingMs?: number | undefined;
}

/**
 * Takes a share in the database behind `url`; undefined when the last holder is just giving it up, so that
 * the database is about to go. Shares are session locks: a killed process can't leave one behind.
 */
export async function takeLease(url: DirectUrl, signal: AbortSignal, options: LeaseOptions = {}): Promise<Lease | undefined> {
  const { applicationName = "offshoot:lease", endingMs = ENDING_MS } = options;
  const session = await connect(url, { applicationName, signal });
  try {
    const shared = await waitForShare(session, deadline("a share in the database", SHARE_MS, signal));
    const stays = shared && !(await isEnding(session, deadline("a database that may be going", endingMs, signal)));
    if (stays) return leaseOf(session, url, applicationName, options.whenLost);
    await session.close();
    return undefined;
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}

async function waitForShare(session: Session, within: Deadline): Promise<boolean> {
  while (!(await tryShare(session))) {
    if (within.leftMs() < 500) return false;
    await within.pause(jitter(200));
  }
  return true;
}

function leaseOf(first: Session, url: DirectUrl, applicationName: string, whenLost: (() => void) | undefined): Lease {
  let session = first;
  if (whenLost !== undefined) session.lost.addEventListener("abort", whenLost, { once: true });
  const awake = setInterval(() => {
    void session.query("select 1").catch(async () => {
      if (whenLost !== undefined) return;
      // The server went away under us; a new session takes the share again. If it can't, nothing is lost but the
      // courtesy: the end of this run then finds out whether others are there.
      session = await connect(url, { applicationName }).catch(() => session);
      if (!session.lost.aborted) await tryShare(session).catch(() => false);
    });
  }, KEEP_AWAKE_MS);
  awake.unref();
  return {
    async release(patienceMs = 0) {
      clearInterval(awake);
      if (session.lost.aborted) session = await connect(url, { applicationName });
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
    close() {
      clearInterval(awake);
      return session.close();
    },
  };
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
