import { asciiKey } from "../ascii.ts";
import { type Deadline, deadline, jitter } from "../deadline.ts";
import { codeOf, isOffshootError, OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { isTemporary, SQLSTATE } from "../postgres/sqlstate.ts";
import { finishForLeader, tryToLead } from "./attempt.ts";
import { adoptReady } from "./claim.ts";
import { type Caller, callerOf, decide } from "./decide.ts";
import { conflictError, waiterError } from "./failure.ts";
import { describeCommand } from "./migration-command.ts";
import { privilegeMissing } from "./marker.ts";
import type { Migrated, MigrateRequest, ReadinessRequest } from "./request.ts";
import { isDirect, openSession } from "./session.ts";
import { type PollResult, subscribe, type Subscription } from "./shared-poller.ts";
import type { Snapshot } from "./snapshot.ts";
import { endSilentLeader } from "./takeover.ts";
import { describeNoAnswer, type NoAnswer, requireDatabase } from "./no-answer.ts";
import { describeWaiting, explainTimeout, type Self, waitReporter } from "./waiter.ts";

export type { Migrated, MigrateRequest, MigrationStep, ReadinessRequest } from "./request.ts";

/** One call can lose the lead by accident. If it happens so often, something ends its sessions again and again. */
const MAX_LOSSES = 5;
/**
 * While a base is copied, other jobs connect less often. One that does waits for the copy: `CREATE DATABASE` holds a lock of its template
 * that a login needs (`createdb` and `InitPostgres` in PostgreSQL's source), so the pause is short.
 */
const FINALIZING_PAUSE_MS = 300;

/**
 * Runs the migrations of a fingerprint once. The first of many callers becomes the leader, the others wait. Returns
 * when the database is migrated and, with `verify`, checked.
 *
 * Throws `MIGRATION_FAILED` (in every caller, with the leader's error in `facts`), what `verify` threw (in the leader),
 * `FINGERPRINT_CONFLICT`, `COMMAND_NOT_FOUND`, `URL_POOLED`, `PRIVILEGE_MISSING`, `CONNECTION_FAILED`,
 * `LEADERSHIP_LOST`, `TIMED_OUT` and `CANCELLED`. When a leader is cancelled, another job can lead at once.
 */
export function migrateOnce(request: MigrateRequest): Promise<Migrated> {
  return untilReady(request, request);
}

/** Waits until another call has migrated the database. Throws the same errors as `migrateOnce`. */
export function waitUntilMigrated(request: ReadinessRequest): Promise<Migrated> {
  return untilReady(request, undefined);
}

/** What a call keeps between its snapshots. */
interface CallState {
  readonly within: Deadline;
  readonly subscription: Subscription;
  caller: Caller | undefined;
  snapshot: Snapshot | undefined;
  /** Milliseconds that the last snapshot took. */
  snapshotMs: number;
  fault: unknown;
  noAnswer: NoAnswer;
  isDirect: boolean;
  losses: number;
  /** Whether this call leads at this moment. */
  leads: boolean;
}

type Step =
  | ({ readonly kind: "done" } & Pick<Migrated, "state" | "database">)
  | { readonly kind: "again" }
  | { readonly kind: "wait"; readonly atLeastMs: number };

const WAIT: Step = { kind: "wait", atLeastMs: 0 };

async function untilReady(request: ReadinessRequest, leader: MigrateRequest | undefined): Promise<Migrated> {
  const startedAt = performance.now();
  const within = deadline("the migration", request.timings.withinMs, request.signal);
  const subscription = subscribe(request);
  const call: CallState = {
    within,
    subscription,
    caller: undefined,
    snapshot: undefined,
    snapshotMs: 0,
    fault: undefined,
    noAnswer: {},
    isDirect: false,
    losses: 0,
    leads: false,
  };
  const report = waitReporter(request.emit);
  try {
    for (let pauseMs = 0; ;) {
      const step = await takeStep(call, pauseMs, request, leader);
      if (step.kind === "done") {
        const { state, database } = step;
        return { state, database, fingerprint: request.fingerprint, ms: Math.round(performance.now() - startedAt) };
      }
      within.check();
      if (step.kind === "wait")
        report(call.fault === undefined ? describeWaiting(call.snapshot, selfOf(call, leader)) : describeNoAnswer(call.fault));
      const waitedMs = performance.now() - startedAt;
      pauseMs = step.kind === "again" ? 0 : pauseAfter(request.timings.pollMs, waitedMs, step.atLeastMs, call.snapshotMs);
    }
  } catch (thrown) {
    throw await explainTimeout(thrown, request, call.snapshot, call.fault, selfOf(call, leader));
  } finally {
    await subscription.unsubscribe();
  }
}

function selfOf({ losses, leads }: CallState, leader: MigrateRequest | undefined): Self {
  return { owner: leader?.owner, hasLostLead: losses > 0, leads: leads && leader !== undefined ? shownCommand(leader) : undefined };
}

function shownCommand({ command, next = [] }: MigrateRequest): string {
  if (next.length > 0) return "the steps of the migrations";
  return `the migration \`${command.kind === "work" ? command.name : describeCommand(command)}\``;
}

/** Most migrations take less. After a longer one, half a second does not matter. */
const SHORT_WAIT_MS = 30_000;

/**
 * Few polls a second leave the connections of a server of a hundred to the jobs that work. A server that answers slowly,
 * because many jobs wait, is polled less often.
 */
function pauseAfter(pollMs: number, waitedMs: number, atLeastMs: number, snapshotMs: number): number {
  return jitter(Math.max(waitedMs < SHORT_WAIT_MS ? pollMs : pollMs * 2, atLeastMs, Math.min(snapshotMs * 5, 1500)));
}

/** Takes one snapshot and acts on it. Temporary errors are a reason to wait. */
async function takeStep(call: CallState, pauseMs: number, request: ReadinessRequest, leader: MigrateRequest | undefined): Promise<Step> {
  const { within, subscription } = call;
  try {
    return await act(await subscription.next(pauseMs, within.signal), call, request, leader);
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) throw privilegeMissing(thrown);
    // What the deadline ended is "cancelled" too. The caller's next check throws the right error.
    const isCutShort = isOffshootError(thrown) && thrown.code === "CANCELLED" && !request.signal.aborted;
    if (!isCutShort && !isTemporary(thrown)) throw thrown;
    if (!isCutShort) await requireDatabase(call.noAnswer, request, (call.fault = thrown));
    return WAIT;
  }
}

async function act(result: PollResult, call: CallState, request: ReadinessRequest, leader: MigrateRequest | undefined): Promise<Step> {
  const { snapshot } = result;
  const isFirst = call.caller === undefined;
  call.snapshot = snapshot;
  call.leads = false;
  call.snapshotMs = result.ms;
  call.fault = undefined;
  call.noAnswer = { hasAnswered: true };
  const caller = (call.caller ??= callerOf(request, snapshot.now));
  const decision = decide(snapshot, caller);
  const done = (state: Migrated["state"]): Step => ({ kind: "done", state, database: snapshot.database });
  switch (decision.kind) {
    case "ready":
      // One caller of this process records it. The others need not wait for that.
      if (decision.inherited && leader !== undefined) {
        const key = { database: snapshot.database, run: asciiKey(request.run), fingerprint: request.fingerprint };
        await inSlot(result, call, request, (session) => adoptReady(session, key, decision.marker, request));
      }
      return done(isFirst ? "already" : "waited");
    case "failed":
      throw waiterError(decision.marker, request);
    case "conflict":
      throw conflictError(decision.marker, request.fingerprint);
    case "wait":
      return decision.on?.state === "finalizing" ? { kind: "wait", atLeastMs: FINALIZING_PAUSE_MS } : WAIT;
    case "finish": {
      const attempt = await inSlot(result, call, request, (session) => finishForLeader(session, caller));
      return attempt === "ready" ? done("waited") : WAIT;
    }
    // A caller that only waits leaves the next two actions to callers that may migrate.
    case "takeover": {
      if (leader === undefined) return WAIT;
      const ended = await inSlot(result, call, request, (session) => endSilentLeader(session, decision.pid, decision.leaseMs));
      if (ended !== true) return WAIT;
      const silence = `more than ${decision.leaseMs / 1000} s`;
      request.emit({ kind: "note", text: `The leader sent no heartbeat for ${silence}. Its database session was ended.` });
      return { kind: "again" };
    }
    case "lead":
      if (leader === undefined) return WAIT;
      return (await inSlot(result, call, request, (session) => attemptToLead(session, caller, call, leader))) === true ? done("ran") : WAIT;
    // The compiler knows that all kinds are handled; the linter needs a default.
    default:
      return decision satisfies never;
  }
}

/**
 * Acts for all callers of this process, in the session of the snapshot. Undefined: another caller is acting, and this
 * one waits for it.
 */
async function inSlot<T>(
  result: PollResult,
  call: CallState,
  request: ReadinessRequest,
  action: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  const release = call.subscription.takeSlot();
  if (release === undefined) return undefined;
  let session = result.takeSession();
  try {
    session ??= await openSession(request, call.within.signal);
    return await action(session);
  } finally {
    release();
    await session?.close();
  }
}

/** True when this call was the leader until the end. */
async function attemptToLead(session: Session, caller: Caller, call: CallState, request: MigrateRequest): Promise<boolean> {
  call.isDirect ||= await isDirect(session, request, call.within.signal);
  if (!call.isDirect) return false;
  call.leads = true;
  const attempt = await tryToLead(session, caller, request, call.within);
  if (attempt === "ready") return true;
  if (attempt === "again") return false;
  call.losses += 1;
  if (call.losses >= MAX_LOSSES) {
    throw new OffshootError("LEADERSHIP_LOST", `This job lost the lead of the migration ${call.losses} times.`, {
      meaning: `The last time because ${attempt.lost}.`,
      remedy: "Look in the logs of this machine and of the database server for what ends the process or its sessions.",
      facts: { losses: call.losses, cause: attempt.lost },
      secrets: request.secrets,
    });
  }
  const text = `This job lost the lead of the migration, because ${attempt.lost}. Its migration command has ended, or was ended. It now waits for the next leader, or leads again.`;
  request.emit({ kind: "warning", text });
  return false;
}
