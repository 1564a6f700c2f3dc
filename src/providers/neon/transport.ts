import pRetry from "p-retry";
import { formatDuration } from "../../duration.ts";
import { isOffshootError, messageOf } from "../../errors.ts";
import { apiError, factsOf, isAmbiguous, isFormless, isTransient, isWrongReply } from "./api-errors.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { CallContext } from "./types.ts";

/** The time limit of one request. Neon's own CLI also waits 60 s. */
const REQUEST_MS = 60_000;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;
/** The shortest wait, so that small random numbers cannot cause a busy loop. */
const SHORTEST_WAIT_MS = 25;
/** A proxy can send one wrong reply. After several, the next one will be wrong too, and it can be large. */
const WRONG_REPLIES = 4;
/** The time limit of all attempts of one call. During an outage, time must be left for another provider. */
const BUDGET_MS = 90_000;

export interface TransportOptions {
  readonly rate: RateLimiter;
  readonly random: () => number;
  readonly now: () => Date;
  /** Milliseconds for one request and its whole reply; default 60,000. */
  readonly requestMs?: number | undefined;
  /** Texts that no error may contain. */
  readonly secrets: readonly string[];
}

export interface Call<T> {
  /** The route for the rate limit, such as `POST branches`. */
  readonly route: string;
  /** A phrase for messages: "create the branch". */
  readonly what: string;
  readonly repeatable: boolean;
  /** Runs before each attempt, after the wait for the rate limit. Throws if the call must no longer be sent. */
  readonly before?: (() => Promise<void>) | undefined;
  /** Sends the request with these limits. */
  readonly send: (limits: RequestLimits) => Promise<T>;
}

export interface RequestLimits {
  readonly signal: AbortSignal;
  readonly timeout: number;
  /** To be called when the connection is made: from then on Neon can have got the request. */
  readonly onConnected: () => void;
}

/** Sends one API call: waits for the rate limit, retries if that is safe, and throws only errors of offshoot. */
export async function sendCall<T>(
  options: TransportOptions,
  { deadline, emit, onDoubt }: CallContext,
  { route, what, repeatable, before, send }: Call<T>,
): Promise<T> {
  onDoubt?.(false);
  const attempt = async (): Promise<T> => {
    let isConnected = false;
    const onConnected = (): void => {
      isConnected = true;
      onDoubt?.(true);
    };
    await options.rate.take(route, deadline);
    await before?.();
    deadline.check();
    const timeout = Math.max(1, Math.min(options.requestMs ?? REQUEST_MS, Math.ceil(deadline.leftMs())));
    // The client's own time limit starts again with every byte that arrives.
    const late = AbortSignal.timeout(timeout);
    try {
      return await send({ signal: AbortSignal.any([deadline.signal, late]), timeout, onConnected });
    } catch (thrown) {
      if (deadline.signal.aborted) deadline.check();
      onDoubt?.(false);
      const missing = isConnected ? "complete reply" : "connection";
      const failure = late.aborted ? { code: "ETIMEDOUT", message: `no ${missing} within ${formatDuration(timeout)}` } : thrown;
      throw apiError(failure, what, options.secrets, options.now(), isConnected);
    }
  };
  return withRetries(attempt, { deadline, emit, random: options.random, repeatable, onHold: (ms) => options.rate.pauseAll(ms) });
}

export interface RetryOptions extends CallContext {
  readonly random: () => number;
  /** Whether the call may be sent again after a lost reply or one of a proxy: true if sending it twice has the same effect as once. */
  readonly repeatable: boolean;
  /** Receives the milliseconds that the other calls must wait too, as a reply asked for. */
  readonly onHold: (ms: number) => void;
}

/**
 * Calls `attempt` until it succeeds, until it fails with an error that a retry cannot change, or until half of the time
 * left is used (90 s at most). Waits with full jitter: a random time up to 250 ms, then up to 500 ms, … 8 s. A
 * Retry-After header replaces that wait. Emits one event for each retry.
 */
export async function withRetries<T>(attempt: () => Promise<T>, { deadline, emit, random, repeatable, onHold }: RetryOptions): Promise<T> {
  const start = deadline.leftMs();
  const budgetMs = Math.min(BUDGET_MS, start / 2);
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    // p-retry waits 0 ms. The code below waits, because it uses Retry-After, the deadline and full jitter.
    minTimeout: 0,
    factor: 1,
    async onFailedAttempt({ error, attemptNumber }) {
      deadline.check();
      const facts = factsOf(error);
      if (facts === undefined) throw error;
      const { retryAfterMs } = facts;
      if (!repeatable && isTransient(facts) && isFormless(facts)) {
        // Neon did not send this, so the request may have been executed. The caller has to look for that, also not too early.
        if (retryAfterMs !== undefined && start - deadline.leftMs() + retryAfterMs <= budgetMs) onHold(retryAfterMs);
        throw error;
      }
      if (!(isTransient(facts) || (repeatable && isAmbiguous(facts)))) throw error;
      if (isWrongReply(facts) && attemptNumber >= WRONG_REPLIES) throw error;
      const spread = random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attemptNumber - 1));
      const waitMs = Math.round(retryAfterMs ?? Math.max(SHORTEST_WAIT_MS, spread));
      if (start - deadline.leftMs() + waitMs > budgetMs) throw error;
      if (facts.status === 429) onHold(waitMs);
      emit({ kind: "retry", text: isOffshootError(error) ? error.message : messageOf(error), attempt: attemptNumber, waitMs });
      await deadline.pause(waitMs);
    },
  });
}
