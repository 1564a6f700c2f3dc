import type { Deadline } from "../deadline.ts";
import type { Session } from "../postgres/connect.ts";
import { claim, unseal } from "./claim.ts";
import { type Caller, type Decision, decide, underLock, type View } from "./decide.ts";
import { lead } from "./lead.ts";
import type { Led } from "./outcome.ts";
import { tryGateLock } from "./lock.ts";
import { look } from "./snapshot.ts";
import type { Marker } from "./marker.ts";
import { paceOf } from "./pace.ts";
import type { MigrateRequest } from "./request.ts";
import { ensureTables } from "./table.ts";
import { forgetWaiters } from "./waiters.ts";

/** `again`: it was not our turn, or no longer; look again. */
export type Turn = Led | "again";

/**
 * Tries for the lock, looks again under it (a look from before may be of another age), and leads. The lock goes
 * with the session, which the caller closes.
 */
export async function tryToLead(session: Session, asker: Caller, request: MigrateRequest, within: Deadline): Promise<Turn> {
  await ensureTables(session, within);
  const seen = await lookLocked(session, asker);
  if (seen?.decision.kind !== "lead") return "again";
  const { run, fingerprint } = request;
  const claimed = await claim(session, { database: seen.view.database, run, fingerprint }, request);
  if (claimed === undefined) return "again";
  await forgetWaiters(session);
  request.emit({ kind: "note", text: `Leading the migration (epoch ${claimed.epoch}).` });
  return lead({ session, claim: claimed, settleMs: settleMs(seen.view, request) }, request, within);
}

/** Says "ready" for a leader that went away between its last check and that word. */
export async function finishForAnother(session: Session, asker: Caller): Promise<Turn> {
  const seen = await lookLocked(session, asker);
  if (seen?.decision.kind !== "finish") return "again";
  const { database, run, fingerprint, epoch } = seen.decision.marker;
  return (await unseal(session, { key: { database, run, fingerprint }, epoch })) ? "ready" : "again";
}

async function lookLocked(session: Session, asker: Caller): Promise<{ view: View; decision: Decision } | undefined> {
  if (!(await tryGateLock(session))) return undefined;
  const view = underLock(await look(session));
  return { view, decision: decide(view, asker) };
}

/**
 * A lock that came free with a marker still "migrating" means that a leader died a moment ago. Its guard ends the
 * command, but may need a while. A leader that let go, or has been silent for its lease, leaves nothing alive.
 */
function settleMs(view: View, request: MigrateRequest): number {
  const isFresh = (marker: Marker): boolean => view.now.getTime() - marker.beatAt.getTime() < marker.owner.leaseMs;
  const died = view.markers.some(
    (marker) => marker.database === view.database && marker.state === "migrating" && marker.backendPid !== undefined && isFresh(marker),
  );
  return died ? paceOf(request.timings).settleMs : 0;
}
