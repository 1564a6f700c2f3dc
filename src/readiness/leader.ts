import type { Deadline } from "../deadline.ts";
import { isOffshootError } from "../errors.ts";
import { giveUp, type Lead, type Outcome, recordEnd, recordHeartbeat } from "./claim.ts";
import { type CommandEnd, describeCommand, type RunningCommand, startCommand } from "./command.ts";
import { commandFailure, leaderError, otherFailure, workFailure } from "./failure.ts";
import { keepBaseAndFinish } from "./finalizing.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import type { Failure } from "./marker.ts";
import type { MigrateRequest } from "./request.ts";
import { endOlderSessions, migrationName, untilOlderSessionsEnded } from "./takeover.ts";
import { limitsOf } from "./timings.ts";
import { startWork } from "./work.ts";

/** `dropped`: this job's own problem, which shows nothing about the migration. Another job may lead. */
type Verdict =
  | { readonly kind: "migrated" }
  | { readonly kind: "lost" }
  | { readonly kind: "failed"; readonly failure: Failure; readonly error: unknown }
  | { readonly kind: "dropped"; readonly error: unknown };

/**
 * Migrates as the leader: ends the sessions of earlier leaders, runs the command, verifies, and records the result.
 * Throws the migration's failure, which every waiter gets too. `CANCELLED` and `COMMAND_NOT_FOUND` are errors of this
 * job only, and leave the lead to another job.
 */
export async function lead(held: Lead, request: MigrateRequest, within: Deadline): Promise<Outcome> {
  const { session, claim } = held;
  let running: RunningCommand | undefined;
  const beat = async (): Promise<boolean> => {
    const leads = await recordHeartbeat(session, claim);
    if (leads) await endOlderSessions(session, claim.epoch);
    return leads;
  };
  const heartbeat = startHeartbeat(beat, request.timings.heartbeatMs, session.lost, (at) => running?.beat(at));
  try {
    const verdict = await migrate(held, request, within, heartbeat, () => (running = startMigration(held, request, heartbeat)));
    heartbeat.stop();
    return await record(heartbeat.lost.aborted ? { kind: "lost" } : verdict, held, request, within);
  } finally {
    heartbeat.stop();
  }
}

async function migrate(
  held: Lead,
  request: MigrateRequest,
  within: Deadline,
  heartbeat: Heartbeat,
  start: () => RunningCommand,
): Promise<Verdict> {
  let end: CommandEnd;
  try {
    await within.pause(held.settleMs);
    await untilOlderSessionsEnded(held.session, held.claim.epoch, within);
    if (heartbeat.lost.aborted) return { kind: "lost" };
    end = await endOf(start(), request, heartbeat, within);
  } catch (error) {
    return { kind: "dropped", error };
  }
  if (heartbeat.lost.aborted || end.abandoned) return { kind: "lost" };
  try {
    within.check();
    if (end.code === 0) await request.verify?.(AbortSignal.any([heartbeat.lost, within.signal]));
    within.check();
  } catch (error) {
    if (isOffshootError(error) && error.code === "CANCELLED") return { kind: "dropped", error };
    return { kind: "failed", failure: otherFailure(error, request.secrets), error };
  }
  if (end.code === 0) return { kind: "migrated" };
  if (isOffshootError(end.error) && end.error.code === "LEADERSHIP_LOST") return { kind: "lost" };
  const { command, secrets } = request;
  const failure =
    command.kind === "work" ? workFailure(command.name, end.error, secrets) : commandFailure(describeCommand(command), end, secrets);
  return { kind: "failed", failure, error: leaderError(failure, request.owner, request.attempt, request.secrets) };
}

function startMigration({ session, claim }: Lead, request: MigrateRequest, heartbeat: Heartbeat): RunningCommand {
  const { silenceMs, shortGraceMs } = limitsOf(request.timings);
  const { command, cwd, emit, secrets, url } = request;
  const applicationName = migrationName(request.run, claim.epoch);
  if (command.kind === "work") {
    const prove = (): Promise<boolean> => recordHeartbeat(session, claim);
    return startWork(command, { url, applicationName, epoch: claim.epoch, prove, beatAt: heartbeat.beatAt(), silenceMs });
  }
  const env = { ...request.env, PGAPPNAME: applicationName };
  return startCommand(command, { cwd, env, beatAt: () => heartbeat.beatAt(), silenceMs, shortGraceMs, emit, secrets });
}

/** Waits for the command. Stops it with a short grace when the lead is lost or time is up, and with the full one on cancel. */
async function endOf(running: RunningCommand, request: MigrateRequest, heartbeat: Heartbeat, within: Deadline): Promise<CommandEnd> {
  const { shortGraceMs, graceMs } = limitsOf(request.timings);
  const stopSoon = (): void => running.stop(shortGraceMs);
  const stopNow = (): void => running.stop(0);
  const stop = (): void => running.stop(request.signal.aborted ? graceMs : shortGraceMs);
  heartbeat.lost.addEventListener("abort", stopSoon, { once: true });
  within.signal.addEventListener("abort", stop, { once: true });
  if (heartbeat.lost.aborted) stopSoon();
  request.hurry?.addEventListener("abort", stopNow, { once: true });
  if (within.signal.aborted) stop();
  if (request.hurry?.aborted === true) stopNow();
  try {
    return await running.ended;
  } finally {
    heartbeat.lost.removeEventListener("abort", stopSoon);
    within.signal.removeEventListener("abort", stop);
    request.hurry?.removeEventListener("abort", stopNow);
  }
}

async function record(verdict: Verdict, held: Lead, request: MigrateRequest, within: Deadline): Promise<Outcome> {
  const { session, claim } = held;
  if (verdict.kind === "lost") return "lost";
  if (verdict.kind === "migrated") {
    if (request.keepAsBase !== undefined) return keepBaseAndFinish(held, request, within);
    return (await isWritten(recordEnd(session, claim, "ready"))) ? "ready" : "lost";
  }
  if (verdict.kind === "failed") {
    // If the write was refused, another job leads by now, and its result counts.
    if (!(await isWritten(recordEnd(session, claim, "failed", verdict.failure)))) return "lost";
    throw verdict.error;
  }
  // If this fails too, other jobs see the end of our session a little later.
  await isWritten(giveUp(session, claim));
  throw verdict.error;
}

/** False when the write was refused, or possibly did not reach the server: then only the marker shows the result. */
function isWritten(write: Promise<boolean>): Promise<boolean> {
  return write.catch(() => false);
}
