import type { Bounds } from "./bounds.ts";
import { callFailure } from "./failure.ts";
import type { Rate } from "./rate.ts";
import { retrying } from "./retry.ts";

/** One request takes no longer: Neon's own CLI waits 60 s. */
const REQUEST_MS = 60_000;

export interface Caller {
  readonly rate: Rate;
  readonly random: () => number;
  readonly now: () => Date;
  /** What no error may show. */
  readonly secrets: readonly string[];
}

export interface Call<T> {
  /** Of the rate limit, such as `POST branches`. */
  readonly route: string;
  /** For people: "create the branch". */
  readonly what: string;
  readonly repeatable: boolean;
  /** Asked before each attempt, after the wait for a turn: throws when the call may no longer be made. */
  readonly before?: (() => Promise<void>) | undefined;
  /** Sends the request; `limits` belong into its options. */
  readonly send: (limits: { readonly signal: AbortSignal; readonly timeout: number }) => Promise<T>;
}

/** One call to the API: waits for its turn, is tried again where that is safe, and fails with our error only. */
export async function call<T>(caller: Caller, { within, emit }: Bounds, { route, what, repeatable, before, send }: Call<T>): Promise<T> {
  const attempt = async (): Promise<T> => {
    await caller.rate.turn(route, within);
    await before?.();
    within.check();
    try {
      return await send({ signal: within.signal, timeout: Math.max(1, Math.min(REQUEST_MS, Math.ceil(within.leftMs()))) });
    } catch (thrown) {
      if (within.signal.aborted) within.check();
      throw callFailure(thrown, what, caller.secrets, caller.now());
    }
  };
  return retrying(attempt, { within, emit, random: caller.random, repeatable, onHold: (ms) => caller.rate.hold(ms) });
}
