import type { Deadline } from "../deadline.ts";
import { isOffshootError } from "../errors.ts";
import { beat, finish, letGo } from "./claim.ts";
import { type CommandEnd, describeCommand, type RunningCommand, startCommand } from "./command.ts";
import { endOlder, evictOlder, migrationName } from "./evict.ts";
import { commandFailure, leaderError, otherFailure, workFailure } from "./failure.ts";
import { type Heart, startHeart } from "./heartbeat.ts";
import type { Lead, Led } from "./outcome.ts";
import type { Failure } from "./marker.ts";
import { paceOf } from "./pace.ts";
import type { MigrateRequest } from "./request.ts";
import { sealAndKeep } from "./finalizing.ts";
import { startWork } from "./work.ts";

/** `dropped`: our own trouble, which says nothing about the migration; another may lead. */
type Verdict =
  | { readonly kind: "migrated" }
  | { readonly kind: "lost" }
  | { readonly kind: "failed"; readonly failure: Failure; readonly error: unknown }
  | { readonly kind: "dropped"; readonly error: unknown };

/**
 * Migrates as the leader: ends what earlier leaders left, runs the command, verifies, and records the outcome.
 * Throws the migration's failure, which every waiter gets too; `CANCELLED` and `COMMAND_NOT_FOUND` are this
 * job's own, and leave the lead to another.
 */
export async function lead(held: Lead, request: MigrateRequest, within: Deadline): Promise<Led> {
  const { session, claim } = held;
  let running: RunningCommand | undefined;
  const pulse = async (): Promise<boolean> => {
    const leads = await beat(session, claim);
    if (leads) await endOlder(session, claim.epoch);
    return leads;
  };
  const heart = startHeart(pulse, request.timings.heartbeatMs, session.lost, (at) => running?.beat(at));
  try {
    const verdict = await migrate(held, request, within, heart, () => (running = startMigration(held, request, heart)));
    heart.stop();
    return await record(heart.lost.aborted ? { kind: "lost" } : verdict, held, request, within);
  } finally {
    heart.stop();
  }
}

async function migrate(held: Lead, request: MigrateRequest, within: Deadline, heart: Heart, start: () => RunningCommand): Promise<Verdict> {
  let end: CommandEnd;
  try {
    await within.pause(held.settleMs);
    await evictOlder(held.session, held.claim.epoch, within);
    if (heart.lost.aborted) return { kind: "lost" };
    end = await endOf(start(), request, heart, within);
  } catch (error) {
    return { kind: "dropped", error };
  }
  if (heart.lost.aborted || end.abandoned) return { kind: "lost" };
  try {
    within.check();
    if (end.code === 0) await request.verify?.(AbortSignal.any([heart.lost, within.signal]));
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

function startMigration({ session, claim }: Lead, request: MigrateRequest, heart: Heart): RunningCommand {
  const { quietMs, hastyMs } = paceOf(request.timings);
  const { command, cwd, emit, secrets, url } = request;
  const applicationName = migrationName(request.run, claim.epoch);
  if (command.kind === "work") {
    const prove = (): Promise<boolean> => beat(session, claim);
    return startWork(command, { url, applicationName, epoch: claim.epoch, prove, beatAt: heart.beatAt(), quietMs });
  }
  const env = { ...request.env, PGAPPNAME: applicationName };
  return startCommand(command, { cwd, env, beatAt: () => heart.beatAt(), quietMs, hastyMs, emit, secrets });
}

/** Waits for the command, and stops it: at once when the lead is lost or time is up, politely when cancelled. */
async function endOf(running: RunningCommand, request: MigrateRequest, heart: Heart, within: Deadline): Promise<CommandEnd> {
  const { hastyMs, graceMs } = paceOf(request.timings);
  const hasten = (): void => running.stop(hastyMs);
  const stop = (): void => running.stop(request.signal.aborted ? graceMs : hastyMs);
  heart.lost.addEventListener("abort", hasten, { once: true });
  within.signal.addEventListener("abort", stop, { once: true });
  if (heart.lost.aborted) hasten();
  if (within.signal.aborted) stop();
  try {
    return await running.ended;
  } finally {
    heart.lost.removeEventListener("abort", hasten);
    within.signal.removeEventListener("abort", stop);
  }
}

async function record(verdict: Verdict, held: Lead, request: MigrateRequest, within: Deadline): Promise<Led> {
  const { session, claim } = held;
  if (verdict.kind === "lost") return "lost";
  if (verdict.kind === "migrated") {
    if (request.keepAsBase !== undefined) return sealAndKeep(held, request, within);
    return (await written(finish(session, claim, "ready"))) ? "ready" : "lost";
  }
  if (verdict.kind === "failed") {
    // Refused: another leads by now, and its word counts.
    if (!(await written(finish(session, claim, "failed", verdict.failure)))) return "lost";
    throw verdict.error;
  }
  // If this fails too, the end of our session tells others the same, only a little later.
  await written(letGo(session, claim));
  throw verdict.error;
}

/** A write that was refused, or that may not have arrived, leaves it to the marker what is true. */
function written(write: Promise<boolean>): Promise<boolean> {
  return write.catch(() => false);
}
