import pRetry from "p-retry";
import { isOffshootError, messageOf } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import type { Deadline } from "../../deadline.ts";
import { factsOf, isAmbiguous, isPassing } from "./failure.ts";

const FIRST_MS = 250;
const LONGEST_MS = 8000;
/** No wait is shorter, so that dice that fall low don't make a hot loop. */
const SHORTEST_MS = 25;
/** How long one call is tried: an outage must leave time for another provider. */
const BUDGET_MS = 90_000;

export interface Retrying {
  readonly within: Deadline;
  readonly emit: Listener;
  readonly random: () => number;
  /** Whether a call whose reply was lost may simply be sent again: true where doing it twice is as doing it once. */
  readonly repeatable: boolean;
  /** Hears how long Neon asked us to stay away. */
  readonly onHold: (ms: number) => void;
}

/**
 * Tries until it succeeds, fails for good, or half of the time left is spent (90 s at most). Waits with full jitter:
 * anything up to 250 ms, then 500 ms, … 8 s, or exactly as long as Retry-After says. Each retry is told in one line.
 */
export async function retrying<T>(attempt: () => Promise<T>, { within, emit, random, repeatable, onHold }: Retrying): Promise<T> {
  const start = within.leftMs();
  const budgetMs = Math.min(BUDGET_MS, start / 2);
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    // The wait is ours, since it needs Retry-After, the deadline and full jitter.
    minTimeout: 0,
    factor: 1,
    async onFailedAttempt({ error, attemptNumber }) {
      within.check();
      const facts = factsOf(error);
      if (facts === undefined || !(isPassing(facts) || (repeatable && isAmbiguous(facts)))) throw error;
      const spread = random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attemptNumber - 1));
      const waitMs = Math.round(facts.retryAfterMs ?? Math.max(SHORTEST_MS, spread));
      if (start - within.leftMs() + waitMs > budgetMs) throw error;
      if (facts.status === 429) onHold(waitMs);
      emit({ kind: "retry", text: isOffshootError(error) ? error.message : messageOf(error), attempt: attemptNumber, waitMs });
      await within.pause(waitMs);
    },
  });
}
