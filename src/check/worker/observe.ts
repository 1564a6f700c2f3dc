import { setTimeout as pause } from "node:timers/promises";
import type { Requirements } from "./requirements.ts";
import { isComplete, type Log, type LogReader } from "./log.ts";
import type { Restarts } from "./restarts.ts";

/** What one look at a worker showed. */
export type Look =
  | { readonly state: "running" }
  /** It does not exist, but can still start, or start again. */
  | { readonly state: "absent"; readonly why: string }
  /** It ended and will not start again. `never`: it was not there when the check began. */
  | { readonly state: "ended"; readonly how: string; readonly never?: true | undefined };

/** A worker that can be looked at. */
export interface Watched {
  look(): Promise<Look>;
  /** How often it was started again until now. */
  restarts(): Restarts | undefined;
  /** A process of the worker that ended and was not started again, while others ran on. */
  lost?(): Lost | undefined;
}

export interface Lost {
  readonly how: string;
  /** Time of `performance.now()`. */
  readonly at: number;
}

/** What was seen while a worker was watched. Times are in milliseconds. */
export interface Seen {
  readonly log: Log;
  /** It was not found in time. */
  readonly absent?: string | undefined;
  /** It ended, `afterMs` after it was first seen. */
  readonly ended?: { readonly how: string; readonly afterMs: number; readonly never?: true | undefined } | undefined;
  readonly restarts?: Restarts | undefined;
  /** How old the last line was at the end. Undefined: there is no line. */
  readonly lineAgeMs?: number | undefined;
}

export interface ObserveOptions {
  readonly worker: Watched;
  readonly reader: LogReader;
  readonly requirements: Requirements;
  readonly signal: AbortSignal;
  /** Time between two looks; default 100 ms. */
  readonly pollMs?: number | undefined;
}

/**
 * Looks at a worker until it was there for `forMs` and its log is complete, until `withinMs` is over, or until it has
 * ended or the signal aborts.
 */
export async function observe({ worker, reader, requirements, signal, pollMs = 100 }: ObserveOptions): Promise<Seen> {
  const { forMs, withinMs, findMs = withinMs, lines } = requirements;
  const start = performance.now();
  let firstSeen: number | undefined;
  let look: Look = { state: "absent", why: "" };
  const waitsForLog = (now: number): boolean => !isComplete(reader.log, lines) && now - start < withinMs;
  const continues = (now: number): boolean =>
    look.state !== "ended" &&
    !signal.aborted &&
    (firstSeen === undefined ? now - start < findMs : now - firstSeen < forMs || waitsForLog(now));
  for (;;) {
    look = await worker.look();
    if (look.state !== "absent") firstSeen ??= performance.now();
    if (!continues(performance.now())) break;
    await pause(pollMs, undefined, { signal }).catch(() => {});
  }
  const { lastAt } = reader.log;
  return {
    log: reader.log,
    restarts: worker.restarts(),
    lineAgeMs: lastAt === undefined ? undefined : Math.max(0, Date.now() - lastAt),
    ...(signal.aborted ? {} : (lostOf(worker, firstSeen) ?? endOf(look, firstSeen, worker.restarts() !== undefined))),
  };
}

function lostOf(worker: Watched, firstSeen: number | undefined): Pick<Seen, "ended"> | undefined {
  const one = worker.lost?.();
  return one === undefined ? undefined : { ended: { how: one.how, afterMs: one.at - (firstSeen ?? one.at) } };
}

function endOf(look: Look, firstSeen: number | undefined, restarted: boolean): Pick<Seen, "absent" | "ended"> {
  // Between its end and its next start, a worker that is restarted is absent for a moment.
  if (look.state === "running" || (look.state === "absent" && restarted)) return {};
  if (look.state === "absent" && firstSeen === undefined) return { absent: look.why };
  const how = look.state === "ended" ? look.how : look.why;
  return {
    ended: { how, never: look.state === "ended" ? look.never : undefined, afterMs: performance.now() - (firstSeen ?? performance.now()) },
  };
}
