import type { Holder } from "./lock.ts";
import type { Marker } from "./marker.ts";

/** What one look at the database showed. */
export interface View {
  /** Identity of the database that was looked at. */
  readonly database: string;
  /** The database's clock: the only one that counts. */
  readonly now: Date;
  /** All markers, those included that a copy inherited. */
  readonly markers: readonly Marker[];
  /** Who holds the gate's lock. */
  readonly holder: Holder | undefined;
}

/** Who looks. */
export interface Caller {
  readonly run: string;
  readonly fingerprint: string;
  readonly invocation: string | undefined;
  readonly attempt: number;
  readonly retry: boolean;
  readonly leaseMs: number;
  /** The database's clock at the asker's first look. */
  readonly arrivedAt: Date;
}

export type Decision =
  /** The schema is there. `inherited`: this database was copied from one where it was. */
  | { readonly kind: "ready"; readonly marker: Marker; readonly inherited: boolean }
  | { readonly kind: "failed"; readonly marker: Marker }
  | { readonly kind: "conflict"; readonly marker: Marker }
  | { readonly kind: "wait"; readonly on: Marker | undefined }
  /** The holder fell silent: end its session, then look again. */
  | { readonly kind: "takeover"; readonly pid: number; readonly leaseMs: number; readonly on: Marker | undefined }
  /** Migrated and checked, but its leader went away while the base was copied: only the word is missing. */
  | { readonly kind: "finish"; readonly marker: Marker }
  /** Try for the lock, look again under it, and migrate. */
  | { readonly kind: "lead" };

/** Copying a base is bounded to less than this. */
export const SEALING_MS = 5000;

/** What to do next, from what was seen. Pure: the same view gives the same answer. */
export function decide(view: View, asker: Caller): Decision {
  const here = view.markers.filter((marker) => marker.database === view.database);
  const own = here.find((marker) => marker.run === asker.run && marker.fingerprint === asker.fingerprint);
  if (own?.state === "ready" && isCurrent(own, view, asker)) return { kind: "ready", marker: own, inherited: false };
  if (own?.state === "failed" && !isCleared(own, asker)) return { kind: "failed", marker: own };
  const rival = here.find((marker) => isRival(marker, asker));
  if (rival !== undefined) return { kind: "conflict", marker: rival };
  const inherited = own === undefined ? inheritedReady(view, asker.fingerprint) : undefined;
  if (inherited !== undefined) return { kind: "ready", marker: inherited, inherited: true };
  const sealing = here.find((marker) => marker.state === "sealing" && silenceMs(view, marker.beatAt) < SEALING_MS);
  if (sealing !== undefined) return { kind: "wait", on: sealing };
  if (view.holder !== undefined) return judgeHolder(view, view.holder, here, asker);
  return own?.state === "sealing" ? { kind: "finish", marker: own } : { kind: "lead" };
}

/** The view of one who holds the lock: then nobody else does. */
export function underLock(view: View): View {
  return { ...view, holder: undefined };
}

function judgeHolder(view: View, holder: Holder, here: readonly Marker[], asker: Caller): Decision {
  const on = here.find((marker) => marker.state === "migrating" && marker.backendPid === holder.pid);
  const heardAt = on?.beatAt ?? holder.activeAt;
  const leaseMs = Math.max(asker.leaseMs, on?.owner.leaseMs ?? 0);
  if (heardAt === undefined || silenceMs(view, heardAt) <= leaseMs) return { kind: "wait", on };
  return { kind: "takeover", pid: holder.pid, leaseMs, on };
}

/**
 * Whether "ready" still tells the schema's state. Another fingerprint may have been migrated on top since then;
 * but what became ready while we waited, or in our own invocation, is what we were asked for.
 */
function isCurrent(own: Marker, view: View, asker: Caller): boolean {
  if (asker.invocation !== undefined && own.invocation === asker.invocation) return true;
  return touchedAt(own) >= asker.arrivedAt || !isSuperseded(own, view.markers);
}

/**
 * A failure is final for its attempt. Another invocation (a new push to the same pull request) and `retry` clear
 * one that was there before they came; one that they waited for is theirs too, or two invocations could go on
 * clearing each other's for ever.
 */
function isCleared(marker: Marker, asker: Caller): boolean {
  const isOthers = marker.invocation !== asker.invocation;
  if (!isOthers && asker.attempt > marker.attempt) return true;
  return (isOthers || asker.retry) && touchedAt(marker) < asker.arrivedAt;
}

function isRival(marker: Marker, asker: Caller): boolean {
  if (asker.invocation === undefined || marker.invocation !== asker.invocation) return false;
  if (marker.run !== asker.run || marker.fingerprint === asker.fingerprint) return false;
  return marker.state !== "failed" || !isCleared(marker, asker);
}

/**
 * A copy inherits its origin's markers. Only "ready" means something there, and "sealing", which is what a
 * base shows: it is copied between the last migration and the word "ready".
 */
function inheritedReady(view: View, fingerprint: string): Marker | undefined {
  return view.markers.find(
    (marker) =>
      marker.database !== view.database &&
      marker.fingerprint === fingerprint &&
      (marker.state === "ready" || marker.state === "sealing") &&
      !isSuperseded(marker, view.markers),
  );
}

function isSuperseded(marker: Marker, markers: readonly Marker[]): boolean {
  return markers.some((other) => other.fingerprint !== marker.fingerprint && touchedAt(other) > touchedAt(marker));
}

function touchedAt(marker: Marker): Date {
  return marker.finishedAt ?? marker.beatAt;
}

function silenceMs(view: View, since: Date): number {
  return view.now.getTime() - since.getTime();
}
