import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import type { Listener } from "../events.ts";
import { withSession } from "../postgres/connect.ts";
import type { View } from "./decide.ts";
import { describeOwner } from "./failure.ts";
import { describeSessions } from "./snapshot.ts";
import type { Marker } from "./marker.ts";
import type { ReadinessRequest } from "./request.ts";

/** What a waiter waits for; `who` changes when that does. */
export interface Waiting {
  readonly who: string;
  readonly text: string;
}

/** How often a waiter says the same again, so that a long silence in a CI log is no riddle. */
const REPEAT_MS = 30_000;

/** Whom a waiter waits for and since when that one works, by the database's clock. Undefined: there is nobody. */
export function describeWaiting(view: View | undefined, onlyWaits = false): Waiting | undefined {
  if (view === undefined) return undefined;
  const busy = busyMarker(view);
  if (busy === undefined) {
    if (view.holder === undefined && !onlyWaits) return undefined;
    if (view.holder === undefined) return { who: "nobody", text: "Waiting for a job that migrates; none has begun." };
    return { who: "somebody", text: `Waiting for the job behind server process ${view.holder.pid}, which is about to begin.` };
  }
  const doing = busy.state === "sealing" ? "which keeps the migrated database as a base" : "which has been migrating";
  const at = busy.startedAt.toISOString().slice(11, 19);
  const [since, beat] = [busy.startedAt, busy.beatAt].map((date) => seconds(view.now.getTime() - date.getTime()));
  const text = `Waiting for ${describeOwner(busy.owner)}, ${doing} for ${since}, since ${at} UTC; last heartbeat ${beat} ago.`;
  return { who: `${busy.epoch} ${busy.state}`, text };
}

/** That nobody answers, and why. */
export function describeSilence(fault: unknown): Waiting {
  return { who: "silence", text: `The database doesn't answer (${messageOf(fault)}); trying again.` };
}

/** Reports what is waited for when that changes, and again every half minute. */
export function sayer(emit: Listener, nowMs: () => number = () => performance.now()): (waiting: Waiting | undefined) => void {
  let said: string | undefined;
  let saidAt = 0;
  return (waiting) => {
    if (waiting === undefined || (waiting.who === said && nowMs() - saidAt < REPEAT_MS)) return;
    said = waiting.who;
    saidAt = nowMs();
    emit({ kind: "note", text: waiting.text });
  };
}

/** The error for a wait that took too long, with whom it was for; other errors come back as they are. */
export async function timedOut(thrown: unknown, request: ReadinessRequest, view: View | undefined, fault: unknown): Promise<unknown> {
  if (!isOffshootError(thrown) || thrown.code !== "TIMED_OUT") return thrown;
  return new OffshootError("TIMED_OUT", `Timed out after ${seconds(request.timings.withinMs)}: waiting for the migration.`, {
    meaning: fault === undefined ? await describeHolder(request, view) : `The database could not be asked: ${messageOf(fault)}.`,
    remedy: "Look at the job that leads, or allow more time (`timeouts.migrate`).",
    facts: { ms: request.timings.withinMs, ...holderFacts(view) },
    secrets: request.secrets,
  });
}

async function describeHolder(request: ReadinessRequest, view: View | undefined): Promise<string> {
  const busy = view === undefined ? undefined : busyMarker(view);
  if (view === undefined) return "The database was never reached.";
  if (busy === undefined) return "Nobody has begun to migrate.";
  // A last question for the message's sake: a server that doesn't answer it must not replace the message.
  const doing = await withSession(request.url, describeSessions, { connectMs: 1000, queryMs: 1000 }).catch(() => undefined);
  const beat = seconds(view.now.getTime() - busy.beatAt.getTime());
  const command = doing === undefined ? "its command has no session" : `its command's session is ${doing}`;
  return `${describeOwner(busy.owner)} is ${busy.state}, last heartbeat ${beat} ago; ${command}.`;
}

function holderFacts(view: View | undefined): Record<string, string | number | undefined> {
  const busy = view === undefined ? undefined : busyMarker(view);
  if (view === undefined || busy === undefined) return {};
  const { host, pid, job } = busy.owner;
  return { host, pid, job, state: busy.state, beatAgeMs: view.now.getTime() - busy.beatAt.getTime() };
}

/** The marker of the newest leader that has not come to an end. */
function busyMarker(view: View): Marker | undefined {
  return view.markers
    .filter((marker) => marker.database === view.database && (marker.state === "migrating" || marker.state === "sealing"))
    .toSorted((a, b) => b.epoch - a.epoch)[0];
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
