import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import type { Listener } from "../events.ts";
import { withSession } from "../postgres/connect.ts";
import { describeOwner } from "./failure.ts";
import type { Marker } from "./marker.ts";
import type { Owner, ReadinessRequest } from "./request.ts";
import { describeSessions, type Snapshot } from "./snapshot.ts";

/** What a waiter waits for. `who` changes when another job or state is waited for. */
export interface Waiting {
  readonly who: string;
  readonly text: string;
  /** The same for a line that shows how long it has waited. Default: the text. */
  readonly status?: string;
}

/** A waiter repeats its note after this time, so that a CI log always shows what the job waits for. */
const REPEAT_MS = 30_000;

/** Who waits. */
export interface Self {
  /** Undefined: a caller that never migrates itself. */
  readonly owner: Owner | undefined;
  /** Whether it was the leader, and lost the lead. */
  readonly hasLostLead: boolean;
  /** What a caller that leads runs, in words. Unset: it does not lead. */
  readonly leads?: string | undefined;
}

/** Describes the job that is waited for. Undefined: no job is at work. */
export function describeWaiting(snapshot: Snapshot | undefined, self: Self): Waiting | undefined {
  if (snapshot === undefined) return undefined;
  const busy = busyMarker(snapshot);
  if (busy === undefined) {
    if (snapshot.holder === undefined && self.owner !== undefined) return undefined;
    if (snapshot.holder === undefined)
      return { who: "nobody", text: "Waiting for a job that runs the migrations. No job has started them yet." };
    return { who: "somebody", text: `Waiting for a job that is about to migrate (server process ${snapshot.holder.pid}).` };
  }
  const doing = busy.state === "finalizing" ? "which has been copying the migrated database as a base" : "which has been migrating";
  const at = busy.startedAt.toISOString().slice(11, 19);
  const [since, beat] = [busy.startedAt, busy.beatAt].map((date) => seconds(snapshot.now.getTime() - date.getTime()));
  if (isSelf(busy, self) && self.hasLostLead) {
    const text = `Waiting until the lost lead of this job (pid ${busy.owner.pid}) has ended on the server. It began ${since} ago, at ${at} UTC; last heartbeat ${beat} ago. Then this job or another one leads again.`;
    return { who: `${busy.epoch} lost`, text, status: "waiting until the lost lead of this job has ended on the server" };
  }
  const who = isSelf(busy, self) ? `another caller in this process (pid ${busy.owner.pid})` : describeOwner(busy.owner);
  const text = `Waiting for ${who}, ${doing} for ${since}, since ${at} UTC; last heartbeat ${beat} ago.`;
  const short = busy.state === "finalizing" ? "copies the migrated database as a base" : "migrates";
  return { who: `${busy.epoch} ${busy.state}`, text, status: `waiting for ${who}, which ${short} since ${at} UTC` };
}

function isSelf({ owner }: Marker, self: Self): boolean {
  return self.owner !== undefined && owner.host === self.owner.host && owner.pid === self.owner.pid;
}

/** Reports what is waited for when it changes, and again every 30 seconds. */
export function waitReporter(emit: Listener, nowMs: () => number = () => performance.now()): (waiting: Waiting | undefined) => void {
  let reported: string | undefined;
  let reportedAt = 0;
  return (waiting) => {
    if (waiting === undefined || (waiting.who === reported && nowMs() - reportedAt < REPEAT_MS)) return;
    reported = waiting.who;
    reportedAt = nowMs();
    emit({ kind: "note", isPassing: true, text: waiting.text });
    if (waiting.status !== undefined) emit({ kind: "status", text: waiting.status });
  };
}

/** Adds to the error of a wait that took too long whom the caller waited for. Returns other errors unchanged. */
export async function explainTimeout(
  thrown: unknown,
  request: ReadinessRequest,
  snapshot: Snapshot | undefined,
  fault: unknown,
  self: Self,
): Promise<unknown> {
  if (!isOffshootError(thrown) || thrown.code !== "TIMED_OUT") return thrown;
  if (self.leads !== undefined) return leaderTimedOut(self.leads, request);
  const raise = `raise the limit, as in --set timeouts.${self.owner === undefined ? "wait" : "migrate"}=1h`;
  return new OffshootError("TIMED_OUT", `Timed out after ${seconds(request.timings.withinMs)}: waiting for the migration.`, {
    meaning: fault === undefined ? await describeLeader(request, snapshot, self) : `The database did not answer: ${messageOf(fault)}.`,
    remedy:
      fault === undefined
        ? `Look at the log of the job that runs the migrations, or ${raise}`
        : `Start the database server, or correct the host and the port in the URL. If it only needs more time, ${raise}`,
    facts: { ms: request.timings.withinMs, ...leaderFacts(snapshot) },
    secrets: request.secrets,
  });
}

/** This job ran the migrations itself. */
function leaderTimedOut(command: string, { timings, secrets }: ReadinessRequest): OffshootError {
  return new OffshootError("TIMED_OUT", `Timed out after ${seconds(timings.withinMs)}: ${command} did not end.`, {
    meaning: "This job led the migrations, and ended what was running. What it had committed stays in the database.",
    remedy:
      "If the command waits for an input or for a lock of another session, correct that. If it needs more time, raise the limit, as in --set timeouts.migrate=1h",
    facts: { ms: timings.withinMs, command },
    secrets,
  });
}

async function describeLeader(request: ReadinessRequest, snapshot: Snapshot | undefined, self: Self): Promise<string> {
  const busy = snapshot === undefined ? undefined : busyMarker(snapshot);
  if (snapshot === undefined) return "The database was never reached.";
  if (busy === undefined) return "No job has started the migrations.";
  // This query only improves the message. If it fails, the message must appear without it.
  const doing = await withSession(request.url, describeSessions, { connectMs: 1000, queryMs: 1000 }).catch(() => undefined);
  const beat = seconds(snapshot.now.getTime() - busy.beatAt.getTime());
  const command = doing === undefined ? "its command has no session" : `its command's session is ${doing}`;
  if (isSelf(busy, self) && self.hasLostLead)
    return `The lead that this job lost has not ended on the server, last heartbeat ${beat} ago; ${command}.`;
  return `${describeOwner(busy.owner)} is ${busy.state}, last heartbeat ${beat} ago; ${command}.`;
}

function leaderFacts(snapshot: Snapshot | undefined): Record<string, string | number | undefined> {
  const busy = snapshot === undefined ? undefined : busyMarker(snapshot);
  if (snapshot === undefined || busy === undefined) return {};
  const { host, pid, job } = busy.owner;
  return { host, pid, job, state: busy.state, beatAgeMs: snapshot.now.getTime() - busy.beatAt.getTime() };
}

/** The marker of the newest leader that has not ended. */
function busyMarker(snapshot: Snapshot): Marker | undefined {
  return snapshot.markers
    .filter((marker) => marker.database === snapshot.database && (marker.state === "migrating" || marker.state === "finalizing"))
    .toSorted((a, b) => b.epoch - a.epoch)[0];
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
