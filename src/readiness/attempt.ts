import { asciiKey } from "../ascii.ts";
import type { Deadline } from "../deadline.ts";
import type { Session } from "../postgres/connect.ts";
import { claim, endFinalizing, type Outcome } from "./claim.ts";
import { type Caller, type Decision, decide, underLock } from "./decide.ts";
import { lead } from "./leader.ts";
import { tryLeaderLock } from "./lock.ts";
import { ledStarts } from "./job-starts.ts";
import { ensureTables, type Marker, type MarkerKey } from "./marker.ts";
import type { MigrateRequest } from "./request.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import { settleMsAfter } from "./takeover.ts";
import { endedLeader, wasEnded } from "./tool-lock.ts";
import { notifyWaiters } from "./wake-up.ts";
import { startWatchdog, type WatchdogProcess } from "./watchdog-process.ts";

/** The result of an attempt. `again`: this call did not become the leader and must take another snapshot. */
export type Attempt = Outcome | "again";

/**
 * Tries to take the lock, decides again under it (the earlier snapshot may be outdated), and migrates. The lock is
 * released with the session, which the caller closes.
 */
export async function tryToLead(session: Session, caller: Caller, request: MigrateRequest, within: Deadline): Promise<Attempt> {
  if (!(await tryLeaderLock(session))) return "again";
  // It starts while the decision is made and the claim is written: its start takes longer than both.
  const watchdog = request.command.kind === "work" ? undefined : startWatchdog(request.env(request.url));
  try {
    const { decision, snapshot } = await decideUnderLock(session, caller);
    return decision.kind === "lead" ? await claimAndLead(session, snapshot, watchdog, request, within) : "again";
  } finally {
    watchdog?.discard();
  }
}

async function claimAndLead(
  session: Session,
  snapshot: Snapshot,
  watchdog: WatchdogProcess | undefined,
  request: MigrateRequest,
  within: Deadline,
): Promise<Attempt> {
  await ensureTables(session, within);
  const { run, fingerprint } = request;
  const key = { database: snapshot.database, run: asciiKey(run), fingerprint };
  const claimed = await claim(session, key, request, earlierStarts(snapshot, key, request.invocation));
  if (claimed === undefined) return "again";
  request.emit({ kind: "detail", text: `This job runs the migrations; other jobs wait for it (leader number ${claimed.epoch}).` });
  const settleMs = settleMsAfter(snapshot, request.timings);
  const endedLeaderAt = endedLeader(snapshot)?.startedAt;
  return lead({ session, claim: claimed, settleMs, wasEnded: wasEnded(snapshot), endedLeaderAt, watchdog }, request, within);
}

/** The starts of jobs that led these migrations before in this invocation. */
function earlierStarts({ markers }: Snapshot, key: MarkerKey, invocation: string | undefined): readonly string[] {
  const isSame = (marker: Marker): boolean =>
    marker.database === key.database &&
    marker.run === key.run &&
    marker.fingerprint === key.fingerprint &&
    marker.invocation === invocation;
  return markers.filter(isSame).flatMap(ledStarts);
}

/** Writes "ready" for a leader that ended after its last check and before it wrote "ready" itself. */
export async function finishForLeader(session: Session, caller: Caller): Promise<Attempt> {
  if (!(await tryLeaderLock(session))) return "again";
  const { decision } = await decideUnderLock(session, caller);
  if (decision.kind !== "finish") return "again";
  const { database, run, fingerprint, epoch } = decision.marker;
  if (!(await endFinalizing(session, { key: { database, run, fingerprint }, epoch }))) return "again";
  await notifyWaiters(session);
  return "ready";
}

/** The session holds the lock. */
async function decideUnderLock(session: Session, caller: Caller): Promise<{ snapshot: Snapshot; decision: Decision }> {
  const snapshot = underLock(await takeSnapshot(session));
  return { snapshot, decision: decide(snapshot, caller) };
}
