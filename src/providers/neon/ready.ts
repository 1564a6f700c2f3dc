import { codeOf, messageOf, OffshootError } from "../../errors.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { jitter } from "../../deadline.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { factsOf } from "./failure.ts";
import type { World } from "./options.ts";
import type { Operation } from "./wire.ts";

/**
 * A branch is mostly there within a second or two, and the probe sees that without a call. Only then are operations
 * asked for: polls at Neon's rate limit, which all jobs share, would cost others more than they tell us.
 */
const WATCH_AFTER_MS = 2000;
const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 4000;

/** A fresh branch may refuse logins for a moment (useautumn/autumn issue 2992), and a compute may fail to wake at first. */
const SETTLING_MS = 20_000;

/** One attempt to connect: a cold compute takes 10 to 15 s at worst (Neon docs, "Connection latency"). */
const ATTEMPT_MS = 20_000;

export interface Readiness {
  readonly url: string;
  readonly operations: readonly Operation[];
  /** Whether the branch was made moments ago, so that a refused login may pass. */
  readonly isFresh: boolean;
}

/**
 * Waits until a query was answered over the direct host, and tells the server's major version. The first success of
 * the probe ends the wait; an operation that failed ends it with an error; both share one budget.
 */
export async function waitUntilReady(
  api: NeonApi,
  { url, operations, isFresh }: Readiness,
  { within, emit }: Bounds,
  world: Pick<World, "deadline" | "probe" | "random">,
): Promise<number> {
  const done = new AbortController();
  const shared = world.deadline("waiting for the branch", within.leftMs(), AbortSignal.any([within.signal, done.signal]));
  const maySettle = (thrown: unknown): boolean => started - within.leftMs() < SETTLING_MS && isSettling(thrown, isFresh);
  const started = within.leftMs();
  try {
    return await Promise.race([
      world.probe(url, shared, { isPassing: maySettle, attemptMs: ATTEMPT_MS }),
      watch(api, operations, { within: shared, emit }, world.random),
    ]);
  } catch (thrown) {
    within.check();
    throw thrown;
  } finally {
    done.abort();
  }
}

/** Never resolves: the probe decides. Throws once an operation has failed for good. */
async function watch(api: NeonApi, operations: readonly Operation[], bounds: Bounds, random: () => number): Promise<never> {
  let left = operations.filter((operation) => !isDone(operation));
  await bounds.within.pause(WATCH_AFTER_MS);
  for (let pollMs = FIRST_POLL_MS; left.length > 0; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
    const [next] = left;
    if (next === undefined) break;
    const seen = await ask(api, next, bounds);
    if (hasFailed(seen)) throw failed(seen);
    if (isDone(seen)) left = left.slice(1);
    else await bounds.within.pause(jitter(pollMs, random));
  }
  return new Promise<never>(() => {});
}

/** An operation that can't be asked about is as good as pending: only the probe has the last word. */
async function ask(api: NeonApi, operation: Operation, bounds: Bounds): Promise<Operation> {
  try {
    return await api.operation(operation.id, bounds);
  } catch (thrown) {
    if (factsOf(thrown) === undefined) throw thrown;
    return operation;
  }
}

export function isDone({ status }: Operation): boolean {
  return status === "finished" || status === "skipped";
}

/** Neon tries some failed operations again, and says when. */
export function hasFailed({ status, retry_at: retryAt }: Operation): boolean {
  return status === "error" || status === "cancelled" || (status === "failed" && retryAt === undefined);
}

function failed({ action, status, error, id }: Operation): OffshootError {
  return new OffshootError(
    "PROVIDER_REJECTED",
    `Neon could not make the branch ready: ${action} ended as ${status}${error ? `: ${error}` : ""}.`,
    {
      remedy: "Run it again. If it fails again, ask Neon's support with the operation's id.",
      facts: { operation: id, action, status },
    },
  );
}

/** Failures of a login that pass by themselves: of a branch just made, and of a compute that is waking up. */
export function isSettling(thrown: unknown, isFresh: boolean): boolean {
  const code = codeOf(thrown);
  if (code === SQLSTATE.internalError || code === "ENOTFOUND") return true;
  if (/compute|endpoint|control plane/i.test(messageOf(thrown))) return true;
  return isFresh && (code === SQLSTATE.invalidPassword || code === SQLSTATE.invalidAuthorization || code === SQLSTATE.undefinedDatabase);
}
