import type { Listener } from "../../events.ts";
import { clockWarning, skewOf } from "../../identity/clock.ts";

/** Neon's clock, as far as the `Date` headers of its replies have shown it. Neon measures every `expires_at` by it. */
export interface NeonClock {
  /** This machine's time until the first reply. */
  readonly now: () => Date;
  /** The time to delete by. When the two clocks differ by more than a day, either can be wrong, and the earlier one is used. */
  readonly nowForDeletion: () => Date;
  /** How far Neon's clock is ahead of this machine's, in milliseconds. */
  readonly skewMs: () => number;
  /** Reads the header of a reply. The first clock that is wrong by minutes is reported. */
  readonly observe: (headers: unknown, emit: Listener) => void;
}

const DAY_MS = 86_400_000;

export function neonClock(here: () => Date): NeonClock {
  let skewMs = 0;
  let hasWarned = false;
  const now = (): Date => new Date(here().getTime() + skewMs);
  return {
    now,
    nowForDeletion: () => (skewMs > DAY_MS ? here() : now()),
    skewMs: () => skewMs,
    observe(headers, emit) {
      const date = dateOf(headers);
      if (date === undefined) return;
      skewMs = skewOf(date, here());
      const warning = clockWarning(skewMs, "Neon");
      if (warning === undefined || hasWarned) return;
      hasWarned = true;
      emit({ kind: "warning", text: warning });
    },
  };
}

function dateOf(headers: unknown): Date | undefined {
  if (typeof headers !== "object" || headers === null || !("date" in headers)) return undefined;
  const ms = Date.parse(String(headers.date));
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
