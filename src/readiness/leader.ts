import type { Deadline } from "../deadline.ts";
import { isOffshootError, messageOf } from "../errors.ts";
import type { Session } from "../postgres/session.ts";
import { isTemporary } from "../postgres/sqlstate.ts";
import { giveUp, type Lead, type Lost, type Outcome, recordEnd, recordHeartbeat } from "./claim.ts";
import type { CommandEnd, RunningCommand } from "./command.ts";
import { otherFailure } from "./failure.ts";
import { keepBaseAndFinish } from "./finalizing.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import { type RunningMigration, startMigration } from "./migration.ts";
import { holdsLeaderLock } from "./lock.ts";
import { cannotRecord, lossReason, markerChanged, write } from "./record.ts";
import type { MigrateRequest } from "./request.ts";
import { endOlderSessions, untilOlderSessionsEnded } from "./sessions.ts";
import { runStep } from "./step.ts";
import { limitsOf } from "./timings.ts";
import { releaseLeftLock } from "./tool-lock.ts";
import { reportLeftUnfenced } from "./unfenced.ts";
import { lossOf, type Verdict, verdictOf } from "./verdict.ts";
import { notifyWaiters } from "./wake-up.ts";

/**
 * Migrates as the leader: ends the sessions of earlier leaders, runs the command, verifies, and records the result.
 * Throws the migration's failure, which every waiter gets too. `CANCELLED`, `COMMAND_NOT_FOUND`, `DISK_FULL` and
 * `LEADERSHIP_LOST` are errors of this job only, and leave the lead to another job.
 */
export async function lead(held: Lead, request: MigrateRequest, within: Deadline): Promise<Outcome> {
  const { session, claim } = held;
  let running: RunningMigration | undefined;
  let refused: string | undefined;
  // Without a pause before the command, the sessions of earlier leaders are ended at the same time.
  let isEndingOlder = held.settleMs === 0;
  const beat = async (): Promise<boolean> => {
    const leads = await recordHeartbeat(session, claim);
    if (!leads && (await holdsLeaderLock(session))) throw markerChanged();
    if (leads && !isEndingOlder) await endOlderSessions(session, claim.epoch);
    isEndingOlder = false;
    if (leads) await running?.unfenced?.look();
    return leads;
  };
  const heartbeat = startHeartbeat(beat, request.timings.heartbeatMs, session.lost, (at) => running?.beat(at));
  const start = async (step: MigrateRequest): Promise<RunningMigration> => {
    const migration = await startMigration(held, step, heartbeat);
    running = migration;
    return migration;
  };
  try {
    const look = async (): Promise<void> => void (refused = await request.refuseBase?.(session, claim.epoch));
    const verdict = await migrate(held, request, within, heartbeat, { look, start });
    heartbeat.stop();
    const last = heartbeat.lost.aborted ? lostHeartbeat(heartbeat) : verdict;
    if (refused === undefined) return await record(last, held, request, within);
    if (last.kind === "migrated") request.emit({ kind: "detail", text: `The migrated database was not kept as a base: ${refused}` });
    return await record(last, held, { ...request, keepAsBase: undefined }, within);
  } finally {
    heartbeat.stop();
  }
}

type Start = (step: MigrateRequest) => Promise<RunningMigration>;

/** `look` is called before anything changes the database. */
interface Calls {
  readonly look: () => Promise<void>;
  readonly start: Start;
}

async function migrate(held: Lead, request: MigrateRequest, within: Deadline, heartbeat: Heartbeat, calls: Calls): Promise<Verdict> {
  const { look, start } = calls;
  try {
    await within.pause(held.settleMs);
    await untilOlderSessionsEnded(held.session, held.claim.epoch, within, request.emit);
    await reportLeftUnfenced(held.session, held.endedLeaderAt, request.emit);
    await look();
    for (const { toolLock } of [request, ...(request.next ?? [])]) {
      if (toolLock !== undefined && !heartbeat.lost.aborted) await releaseLeftLock(held, toolLock, request.emit);
    }
  } catch (error) {
    return { kind: "dropped", error };
  }
  const refused = await prepare(held.session, request, within, heartbeat);
  if (refused !== undefined) return refused;
  for (const step of [request, ...(request.next ?? [])]) {
    if (heartbeat.lost.aborted) return lostHeartbeat(heartbeat);
    const verdict = await runStep(held.session, held.claim, { ...request, ...step }, () =>
      migrateStep({ ...request, ...step }, within, heartbeat, start),
    );
    if (verdict.kind !== "migrated") return verdict;
  }
  return { kind: "migrated" };
}

/** Undefined: the steps can run. */
async function prepare(session: Session, request: MigrateRequest, within: Deadline, heartbeat: Heartbeat): Promise<Verdict | undefined> {
  if (request.prepare === undefined || heartbeat.lost.aborted) return undefined;
  try {
    await request.prepare(AbortSignal.any([heartbeat.lost, within.signal]), session);
    within.check();
    return undefined;
  } catch (error) {
    if (heartbeat.lost.aborted) return lostHeartbeat(heartbeat);
    return failedOrDropped(error, request);
  }
}

/** A cancelled job leaves the lead to another one. Every other failure is one of the migrations. */
function failedOrDropped(error: unknown, { secrets }: Pick<MigrateRequest, "secrets">): Verdict {
  if (isOffshootError(error) && error.code === "CANCELLED") return { kind: "dropped", error };
  return { kind: "failed", failure: otherFailure(error, secrets), error };
}

async function migrateStep(step: MigrateRequest, within: Deadline, heartbeat: Heartbeat, start: Start): Promise<Verdict> {
  let migration: RunningMigration;
  let end: CommandEnd;
  try {
    await step.beforeCommand?.();
    migration = await start(step);
    end = await endOf(migration, step, heartbeat, within);
    migration.unfenced?.report(step.emit);
  } catch (error) {
    return { kind: "dropped", error };
  } finally {
    await step.afterCommand?.();
  }
  const lost = heartbeat.lost.aborted ? lostHeartbeat(heartbeat) : lossOf(end);
  if (lost !== undefined) return lost;
  try {
    within.check();
    const verdict = verdictOf(end, migration.sessionsLeft(), step);
    if (verdict.kind === "migrated") await step.verify?.(AbortSignal.any([heartbeat.lost, within.signal]), end);
    within.check();
    return verdict;
  } catch (error) {
    return failedOrDropped(error, step);
  }
}

/** A heartbeat that the server refuses for good is this job's own problem. Otherwise another job may lead. */
function lostHeartbeat(heartbeat: Heartbeat): Verdict {
  const cause = heartbeat.cause();
  if (cause === undefined) return { kind: "lost", lost: "its database session was ended" };
  if (isOffshootError(cause) && cause.code === "LEADERSHIP_LOST") return { kind: "dropped", error: cause };
  if (!isTemporary(cause)) return { kind: "dropped", error: cannotRecord(cause, "the leader's heartbeat") };
  return { kind: "lost", lost: lossReason(cause) };
}

/** Waits for the command. Stops it with a short grace when the lead is lost or time is up, and with the full one on cancel. */
async function endOf(running: RunningCommand, request: MigrateRequest, heartbeat: Heartbeat, within: Deadline): Promise<CommandEnd> {
  const { shortGraceMs, graceMs } = limitsOf(request.timings);
  const cut = (): void => running.cut();
  const stopNow = (): void => running.stop(0);
  const stop = (): void => running.stop(request.signal.aborted ? graceMs : shortGraceMs);
  heartbeat.lost.addEventListener("abort", cut, { once: true });
  within.signal.addEventListener("abort", stop, { once: true });
  if (heartbeat.lost.aborted) cut();
  request.hurry?.addEventListener("abort", stopNow, { once: true });
  if (within.signal.aborted) stop();
  if (request.hurry?.aborted === true) stopNow();
  try {
    return await running.ended;
  } finally {
    heartbeat.lost.removeEventListener("abort", cut);
    within.signal.removeEventListener("abort", stop);
    request.hurry?.removeEventListener("abort", stopNow);
  }
}

async function record(verdict: Verdict, held: Lead, request: MigrateRequest, within: Deadline): Promise<Outcome> {
  const { session, claim } = held;
  if (verdict.kind === "lost") return { lost: verdict.lost };
  if (verdict.kind === "migrated") {
    if (request.keepAsBase !== undefined) return keepBaseAndFinish(held, request, within);
    const outcome = await write(recordEnd(session, claim, "ready"), "that the migrations have ended");
    if (outcome !== "written") return outcome;
    await notifyWaiters(session);
    return "ready";
  }
  if (verdict.kind === "failed") return recordFailure(verdict, held, request);
  // If this fails, other jobs see the end of our session a little later. The error that is thrown is the reason.
  await giveUp(session, claim).catch((thrown: unknown) => {
    request.emit({ kind: "detail", text: `The lead could not be given up before this job's session ends: ${messageOf(thrown)}` });
  });
  await notifyWaiters(session);
  throw verdict.error;
}

/** Throws the failure, unless another job leads by now: then its result counts. */
async function recordFailure(verdict: Extract<Verdict, { kind: "failed" }>, held: Lead, request: MigrateRequest): Promise<Lost> {
  const outcome = await write(recordEnd(held.session, held.claim, "failed", verdict.failure), "that the migrations failed").catch(
    (thrown: unknown) => {
      const text = `${messageOf(thrown)} The next job runs the failed migrations again.`;
      request.emit({ kind: "warning", text });
      throw verdict.error;
    },
  );
  if (outcome !== "written") return outcome;
  await notifyWaiters(held.session);
  throw verdict.error;
}
