import type { Strike } from "../faults/target.ts";
import { begins, type Outcome } from "./outcome.ts";

/** How long it took until the next leader's command began after a leader was ended or stopped. */
export interface Takeover {
  readonly kind: "kill" | "freeze";
  readonly ms: number;
  /** What is promised. */
  readonly limitMs: number;
}

/** A busy machine may take this many times longer before a takeover counts as broken. */
const LOAD_FACTOR = 2;

const KILLS: readonly Strike["kind"][] = ["kill-leader", "kill-pair", "kill-triple", "kill-successor"];
const FREEZES: readonly Strike["kind"][] = ["stop-leader", "stop-watchdog", "freeze-machine"];

/** The takeovers of a schedule that no other fault made longer. */
export function takeovers(outcome: Outcome): readonly Takeover[] {
  const { strikes, traces, schedule } = outcome;
  return strikes.flatMap((strike) => {
    const kind = KILLS.includes(strike.kind) ? "kill" : FREEZES.includes(strike.kind) ? "freeze" : undefined;
    const { epoch, from } = strike;
    if (kind === undefined || epoch === undefined) return [];
    const next = begins(traces).find((begin) => begin.epoch > epoch);
    if (next === undefined || isDisturbed(strike, next.before, outcome) || !hadSuccessor(strike, outcome)) return [];
    return [{ kind, ms: next.before.getTime() - from.getTime(), limitMs: kind === "kill" ? 5000 : schedule.leaseMs + 3000 }];
  });
}

export function slow(outcome: Outcome): readonly string[] {
  return takeovers(outcome)
    .filter(({ ms, limitMs }) => ms > limitMs * LOAD_FACTOR)
    .map(({ kind, ms, limitMs }) => `the takeover after a ${kind} took ${ms} ms; ${limitMs} ms are promised`);
}

/** Whether another fault had an effect between a strike and the next command, or a second before. */
function isDisturbed(strike: Strike, until: Date, { strikes }: Outcome): boolean {
  return strikes.some((other) => other !== strike && other.from <= until && other.to.getTime() > strike.from.getTime() - 1000);
}

/** Whether another runner had started a second before, so that it was waiting already. */
function hadSuccessor({ from }: Strike, { ends, traces }: Outcome): boolean {
  const lead = traces.findLast(({ before }) => before <= from);
  return lead !== undefined && ends.some(({ at, tookMs }) => at > from && at.getTime() - tookMs < from.getTime() - 1000);
}

/** Smallest, middle and largest values in seconds. Empty for no values. */
export function distribution(all: readonly Takeover[]): string {
  const sorted = all.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (part: number): string => ((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0) / 1000).toFixed(1);
  if (sorted.length === 0) return "none measured";
  const over = all.filter(({ ms, limitMs }) => ms > limitMs).length;
  return `${sorted.length} measured, median ${at(0.5)} s, 90 % below ${at(0.9)} s, longest ${at(1)} s, ${over} over the promised time`;
}
