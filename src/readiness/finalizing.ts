import { setTimeout as timer } from "node:timers/promises";
import type { Deadline } from "../deadline.ts";
import { messageOf } from "../errors.ts";
import { withSession } from "../postgres/connect.ts";
import { isPassing } from "../postgres/sqlstate.ts";
import { type Claim, peek, seal, unseal } from "./claim.ts";
import type { Lead, Led } from "./outcome.ts";
import { tryGateLock } from "./lock.ts";
import type { MigrateRequest } from "./request.ts";
import { openGate } from "./session.ts";

/** Bound for the copy; others count a sealing as given up only later (`SEALING_MS` in decide.ts). */
const KEEP_MS = 3000;

/**
 * Says "sealing", leaves the database, has it copied as a base, comes back and says "ready". The copy then holds
 * "sealing", which no database says of itself for long, and which a copy may trust.
 * Nothing that goes wrong with the copy is a failure of the migration.
 */
export async function sealAndKeep(held: Lead, request: MigrateRequest, within: Deadline): Promise<Led> {
  const { session, claim } = held;
  if (!(await seal(session, claim).catch(() => false))) return "lost";
  // A copy needs a database without sessions.
  await session.close();
  await keep(claim, request);
  return sayReady(claim, request, within);
}

async function keep(claim: Claim, request: MigrateRequest): Promise<void> {
  const budget = AbortSignal.any([request.signal, AbortSignal.timeout(KEEP_MS)]);
  const stillTrue = (): Promise<boolean> =>
    withSession(request.url, (session) => isStillSealing(session, claim), { applicationName: "offshoot:gate", signal: budget });
  try {
    const tooLate = timer(KEEP_MS + 250, false, { ref: false });
    const kept = await Promise.race([request.keepAsBase?.(stillTrue, budget), tooLate]);
    if (kept !== true)
      request.emit({ kind: "note", text: "The migrated database was not kept as a base: it was in use, or it took too long." });
  } catch (thrown) {
    request.emit({ kind: "note", text: `The migrated database was not kept as a base: ${messageOf(thrown)}` });
  }
}

async function sayReady(claim: Claim, request: MigrateRequest, within: Deadline): Promise<Led> {
  for (;;) {
    try {
      const led = await tryToSayReady(claim, request, within);
      if (led !== undefined) return led;
    } catch (thrown) {
      if (!isPassing(thrown)) throw thrown;
    }
    await within.pause(50);
  }
}

/** Undefined: the lock is held by somebody who looks; again in a moment. */
async function tryToSayReady(claim: Claim, request: MigrateRequest, within: Deadline): Promise<Led | undefined> {
  const session = await openGate(request, within.signal);
  try {
    const locked = await tryGateLock(session);
    if (locked && (await unseal(session, claim))) return "ready";
    const row = await peek(session, claim.key);
    // Somebody who thought us gone may have said it for us.
    if (row?.epoch === claim.epoch) return row.state === "ready" ? "ready" : undefined;
    return "lost";
  } finally {
    await session.close();
  }
}

async function isStillSealing(session: Parameters<typeof peek>[0], claim: Claim): Promise<boolean> {
  const row = await peek(session, claim.key);
  return row?.state === "sealing" && row.epoch === claim.epoch;
}
