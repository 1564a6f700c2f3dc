import { setTimeout as timer } from "node:timers/promises";
import type { Deadline } from "../deadline.ts";
import { messageOf } from "../errors.ts";
import { type Session, withSession } from "../postgres/connect.ts";
import { isTemporary } from "../postgres/sqlstate.ts";
import { type Claim, endFinalizing, type Lead, type Outcome, readState, startFinalizing } from "./claim.ts";
import { tryLeaderLock } from "./lock.ts";
import { REPLACED, write } from "./record.ts";
import type { MigrateRequest } from "./request.ts";
import { openSession, SESSION_NAME } from "./session.ts";
import { endListeners, notifyWaiters } from "./wake-up.ts";

/** Limit for the copy. Other jobs assume only later (`FINALIZING_MS` in decide.ts) that the leader has ended. */
const COPY_MS = 3000;

/**
 * Writes "finalizing", closes the session, has the database copied as a base, connects again and writes "ready". The
 * copy then contains "finalizing": a database has this state only for seconds, so it is a safe sign of a copied base.
 * A copy that fails does not make the migration fail.
 */
export async function keepBaseAndFinish(held: Lead, request: MigrateRequest, within: Deadline): Promise<Outcome> {
  const { session, claim } = held;
  const start = await write(startFinalizing(session, claim), "that the migrations have ended");
  if (start !== "written") return start;
  // A database can be copied only while it has no session.
  await endListeners(session).catch(() => {});
  await session.close();
  await keepBase(claim, request);
  return finish(claim, request, within);
}

async function keepBase(claim: Claim, request: MigrateRequest): Promise<void> {
  const budget = AbortSignal.any([request.signal, AbortSignal.timeout(COPY_MS)]);
  const isUnchanged = (): Promise<boolean> =>
    withSession(request.url, (session) => isFinalizing(session, claim), { applicationName: SESSION_NAME, signal: budget });
  try {
    const tooLate = timer(COPY_MS + 250, false, { ref: false });
    const kept = await Promise.race([request.keepAsBase?.(isUnchanged, budget), tooLate]);
    if (kept !== true)
      request.emit({ kind: "note", text: "The migrated database was not kept as a base: it was in use, or the copy took too long." });
  } catch (thrown) {
    request.emit({ kind: "note", text: `The migrated database was not kept as a base: ${messageOf(thrown)}` });
  }
}

async function finish(claim: Claim, request: MigrateRequest, within: Deadline): Promise<Outcome> {
  for (;;) {
    try {
      const outcome = await tryToFinish(claim, request, within);
      if (outcome !== undefined) return outcome;
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown;
    }
    await within.pause(50);
  }
}

/** Undefined: another job holds the lock for its snapshot. Try again soon. */
async function tryToFinish(claim: Claim, request: MigrateRequest, within: Deadline): Promise<Outcome | undefined> {
  const session = await openSession(request, within.signal);
  try {
    const locked = await tryLeaderLock(session);
    if (locked && (await endFinalizing(session, claim))) {
      await notifyWaiters(session);
      return "ready";
    }
    const row = await readState(session, claim.key);
    // A job that assumed that we had ended may have written "ready" for us.
    if (row?.epoch === claim.epoch) return row.state === "ready" ? "ready" : undefined;
    return REPLACED;
  } finally {
    await session.close();
  }
}

async function isFinalizing(session: Session, claim: Claim): Promise<boolean> {
  const row = await readState(session, claim.key);
  return row?.state === "finalizing" && row.epoch === claim.epoch;
}
