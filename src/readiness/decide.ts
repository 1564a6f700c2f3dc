import { asciiKey } from "../ascii.ts";
import { isRetriedStart, type JobStart } from "./job-starts.ts";
import type { LockHolder } from "./lock.ts";
import type { Marker } from "./marker.ts";
import type { ReadinessRequest } from "./request.ts";
import type { Snapshot } from "./snapshot.ts";

/** The part of a request that a decision depends on. */
export interface Caller {
  readonly run: string;
  readonly fingerprint: string;
  readonly invocation: string | undefined;
  readonly attempt: number;
  /** The start of the caller's own job. */
  readonly job: JobStart;
  readonly retry: boolean;
  readonly leaseMs: number;
  /** The database's clock at the caller's first snapshot. */
  readonly arrivedAt: Date;
}

/** `arrivedAt` is the database's clock at the caller's first snapshot. */
export function callerOf(request: ReadinessRequest, arrivedAt: Date): Caller {
  const { run, fingerprint, invocation, attempt, owner, retry } = request;
  return { run: asciiKey(run), fingerprint, invocation, attempt, job: owner, retry, leaseMs: request.timings.leaseMs, arrivedAt };
}

export type Decision =
  /** The database is migrated. `inherited`: it was copied from a database that was migrated. */
  | { readonly kind: "ready"; readonly marker: Marker; readonly inherited: boolean }
  | { readonly kind: "failed"; readonly marker: Marker }
  | { readonly kind: "conflict"; readonly marker: Marker }
  | { readonly kind: "wait"; readonly on: Marker | undefined }
  /** The leader sent no heartbeat for its lease: end its session, then take another snapshot. */
  | { readonly kind: "takeover"; readonly pid: number; readonly leaseMs: number; readonly on: Marker | undefined }
  /** Migrated and verified, but the leader ended while the base was copied: only "ready" must be written. */
  | { readonly kind: "finish"; readonly marker: Marker }
  /** Try to take the lock, decide again under it, and migrate. */
  | { readonly kind: "lead" };

/** A leader that finalizes for longer than this has ended. Copying a base has a shorter limit. */
export const FINALIZING_MS = 5000;

/** Decides what the caller does next. Pure: the same snapshot gives the same decision. */
export function decide(snapshot: Snapshot, caller: Caller): Decision {
  const here = snapshot.markers.filter((marker) => marker.database === snapshot.database);
  const own = here.find((marker) => marker.run === caller.run && marker.fingerprint === caller.fingerprint);
  if (own?.state === "ready" && isCurrent(own, snapshot, caller)) return { kind: "ready", marker: own, inherited: false };
  if (own?.state === "failed" && !isCleared(own, caller)) return { kind: "failed", marker: own };
  const conflicting = here.find((marker) => isConflict(marker, caller));
  if (conflicting !== undefined) return { kind: "conflict", marker: conflicting };
  const inherited = own === undefined ? inheritedReady(snapshot, caller.fingerprint) : undefined;
  if (inherited !== undefined) return { kind: "ready", marker: inherited, inherited: true };
  const finalizing = here.find((marker) => marker.state === "finalizing" && silenceMs(snapshot, marker.beatAt) < FINALIZING_MS);
  if (finalizing !== undefined) return { kind: "wait", on: finalizing };
  if (snapshot.holder !== undefined) return decideOnHolder(snapshot, snapshot.holder, here, caller);
  return own?.state === "finalizing" ? { kind: "finish", marker: own } : { kind: "lead" };
}

/** The same snapshot for a caller that holds the lock itself. */
export function underLock(snapshot: Snapshot): Snapshot {
  return { ...snapshot, holder: undefined };
}

function decideOnHolder(snapshot: Snapshot, holder: LockHolder, here: readonly Marker[], caller: Caller): Decision {
  const on = here.find((marker) => marker.state === "migrating" && marker.backendPid === holder.pid);
  const heardAt = on?.beatAt ?? holder.activeAt;
  const leaseMs = Math.max(caller.leaseMs, on?.owner.leaseMs ?? 0);
  if (heardAt === undefined || silenceMs(snapshot, heardAt) <= leaseMs) return { kind: "wait", on };
  return { kind: "takeover", pid: holder.pid, leaseMs, on };
}

/**
 * Whether "ready" still describes the schema. Another fingerprint may have been migrated later. But what became ready
 * while this caller waited, or in its own invocation, is what it asked for.
 */
function isCurrent(own: Marker, snapshot: Snapshot, caller: Caller): boolean {
  if (caller.invocation !== undefined && own.invocation === caller.invocation) return true;
  return changedAt(own) >= caller.arrivedAt || !isSuperseded(own, snapshot.markers);
}

/**
 * A failure is final for its attempt. Another invocation (a new push to the same pull request) and `retry` clear a
 * failure that is older than the call. A failure that the caller waited for is its own failure too: otherwise two
 * invocations could clear each other's failures for ever.
 */
function isCleared(marker: Marker, caller: Caller): boolean {
  const isOtherInvocation = marker.invocation !== caller.invocation;
  const waitedForIt = changedAt(marker) >= caller.arrivedAt;
  if (!isOtherInvocation && (caller.attempt > marker.attempt || isRetriedStart(marker, caller.job, waitedForIt))) return true;
  return (isOtherInvocation || caller.retry) && !waitedForIt;
}

function isConflict(marker: Marker, caller: Caller): boolean {
  if (caller.invocation === undefined || marker.invocation !== caller.invocation) return false;
  if (marker.run !== caller.run || marker.fingerprint === caller.fingerprint) return false;
  return marker.state !== "failed" || !isCleared(marker, caller);
}

/**
 * A copy inherits the markers of its origin. Only "ready" counts there, and "finalizing", which is the state of a base:
 * it is copied after the migration and before "ready" is written.
 */
function inheritedReady(snapshot: Snapshot, fingerprint: string): Marker | undefined {
  return snapshot.markers.find(
    (marker) =>
      marker.database !== snapshot.database &&
      marker.fingerprint === fingerprint &&
      (marker.state === "ready" || marker.state === "finalizing") &&
      !isSuperseded(marker, snapshot.markers),
  );
}

function isSuperseded(marker: Marker, markers: readonly Marker[]): boolean {
  return markers.some((other) => other.fingerprint !== marker.fingerprint && changedAt(other) > changedAt(marker));
}

function changedAt(marker: Marker): Date {
  return marker.finishedAt ?? marker.beatAt;
}

function silenceMs(snapshot: Snapshot, since: Date): number {
  return snapshot.now.getTime() - since.getTime();
}
