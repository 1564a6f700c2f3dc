import { setTimeout as timer } from "node:timers/promises";

/** Sends a query when the queries before it have ended. `remainingMs`: what is left of its time; undefined: it has no limit. */
export type Turns = <T>(send: (remainingMs: number | undefined) => Promise<T>) => Promise<T>;

/**
 * Queries of one session, one after another. The driver has a queue of its own, but prints a warning to stderr when two queries
 * wait in it, as happens to a heartbeat while the server does not answer. `queryMs` is the limit of each query in milliseconds,
 * from the call to its answer. Throws the driver's own error when the time is over before a query was sent.
 */
export function createTurns(queryMs: number | undefined): Turns {
  let last: Promise<unknown> | undefined;
  return (send) => {
    const before = last;
    const calledAt = performance.now();
    const left = (): number | undefined => (queryMs === undefined ? undefined : Math.max(1, queryMs - (performance.now() - calledAt)));
    const own = before === undefined ? send(left()) : waitFor(before, queryMs).then(() => send(left()));
    const ended: Promise<unknown> = Promise.allSettled([before, own]).finally(() => {
      if (last === ended) last = undefined;
    });
    last = ended;
    return own;
  };
}

async function waitFor(before: Promise<unknown>, limitMs: number | undefined): Promise<void> {
  if (limitMs === undefined) return void (await before);
  const done = new AbortController();
  const expired = timer(limitMs, true, { signal: done.signal }).catch(() => false);
  const isLate = await Promise.race([before.then(() => false), expired]);
  done.abort();
  if (isLate) throw new Error("Query read timeout");
}
