import { candidates, limitsOf } from "./candidates.ts";
import type { Context } from "./context.ts";
import { downIn } from "./down.ts";
import { type Lease, takeLease } from "./lease.ts";
import { findDatabase } from "./providers/choose.ts";
import type { Database } from "./providers/provider.ts";

/** A database that a `run` uses, and its share in it. */
export interface Held {
  readonly database: Database;
  readonly lease: Lease;
}

/**
 * Why a run left its database: it was told to (`kept`, `kept-on-failure`), others use it and the last of them
 * removes it (`shared`), or `offshoot up` created it, so that `offshoot down` ends it (`until-down`).
 */
export type Left = "kept" | "kept-on-failure" | "shared" | "until-down";

/** Milliseconds that teardown may take after the run itself was cancelled. */
const TEARDOWN_MS = 60_000;

/**
 * Ends a run's use of its database and removes it when this was the last use. Works after the run's own signal
 * has aborted, and when `held` is missing because the run failed before it had the database in hand: what
 * was created by then is looked up by name.
 */
export async function tearDown(
  context: Context,
  held: Held | undefined,
  keep: "kept" | "kept-on-failure" | undefined,
): Promise<Left | undefined> {
  const own: Context = { ...context, signal: AbortSignal.timeout(TEARDOWN_MS) };
  const database = held?.database ?? (await findDatabase(await candidates(own), own.name, limitsOf(own)));
  if (database === undefined) return undefined;
  const lease = held?.lease ?? (await takeLease(database.directUrl, own.signal));
  try {
    const last = (await lease?.release()) ?? false;
    if (keep !== undefined) return keep;
    if (database.tag.lifetime !== "last-run") return "until-down";
    if (!last) return "shared";
    await downIn(own);
    return undefined;
  } finally {
    await lease?.close();
  }
}
