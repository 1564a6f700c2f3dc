import { deadline } from "../deadline.ts";
import { isOffshootError } from "../errors.ts";
import { connectionError } from "../postgres/connect.ts";
import { findDatabase } from "../providers/choose.ts";
import type { Database } from "../providers/provider.ts";
import { candidates, limitsOf } from "../context/candidates.ts";
import type { Context } from "../context/context.ts";
import { type UsageLock, takeUsageLock } from "./usage-lock.ts";

/** A database that a `run` uses, and its share in it. */
export interface Held {
  readonly database: Database;
  readonly usageLock: UsageLock;
}

/**
 * Why a run left its database: it was told to (`kept`, `kept-on-failure`), others use it and the last of them
 * removes it (`shared`), or `offshoot up` created it, so that `offshoot down` ends it (`until-down`).
 */
export type Left = "kept" | "kept-on-failure" | "shared" | "until-down";

/** Milliseconds that teardown may take after the run itself was cancelled. */
const TEARDOWN_MS = 60_000;

/** Milliseconds between two looks at a database that went away under our session, and for how long we look. */
const LOOK_AGAIN_MS = 500;
const LOOK_MS = 15_000;

/** A job that waited for the migrations looks again within two seconds, and is forgotten after eight. */
const PATIENCE_MS = 9000;

/**
 * Ends a run's use of its database and removes it when this was the last use. Works after the run's own signal
 * has aborted, and when `held` is missing because the run failed before it had the database in hand: what
 * was created by then is looked up by name, and given to `before` where there is something to end first.
 */
export async function tearDown(
  context: Context,
  held: Held | undefined,
  keep: "kept" | "kept-on-failure" | undefined,
  remove: (context: Context) => Promise<boolean>,
  before: (database: Database, signal: AbortSignal) => Promise<void> = async () => {},
): Promise<Left | undefined> {
  const within = deadline("removing the run's database", TEARDOWN_MS);
  const own: Context = { ...context, signal: within.signal };
  for (let share = held; ; share = undefined) {
    try {
      // A job that was told to end has no time to wait for others.
      const patienceMs = share === undefined || keep !== undefined || context.signal.aborted ? 0 : PATIENCE_MS;
      return await giveBack(own, share, keep, patienceMs, remove, before);
    } catch (thrown) {
      // Of two that end at once each may find the other gone: one removes the database under the other's session.
      if (isOffshootError(thrown)) throw thrown;
      if (within.leftMs() < TEARDOWN_MS - LOOK_MS) throw held === undefined ? thrown : connectionError(held.database.directUrl, thrown);
      await within.pause(LOOK_AGAIN_MS);
    }
  }
}

async function giveBack(
  context: Context,
  held: Held | undefined,
  keep: "kept" | "kept-on-failure" | undefined,
  patienceMs: number,
  remove: (context: Context) => Promise<boolean>,
  before: (database: Database, signal: AbortSignal) => Promise<void>,
): Promise<Left | undefined> {
  const database = held?.database ?? (await findDatabase(await candidates(context), context.name, limitsOf(context)));
  if (database === undefined) return undefined;
  if (held === undefined) await before(database, context.signal);
  const lease = held?.usageLock ?? (await takeUsageLock(database.directUrl, context.signal));
  try {
    const last = (await lease?.release(patienceMs)) ?? false;
    if (keep !== undefined) return keep;
    if (database.tag.lifetime !== "last-run") return "until-down";
    if (lease === undefined || !last) return "shared";
    // Somebody may have asked for it with `offshoot up` meanwhile, who holds no share.
    const isGone = await lease.endWith(() => remove(context));
    return isGone ? undefined : "until-down";
  } finally {
    await lease?.close();
  }
}
