import { jitter } from "../../deadline.ts";
import { codeOf, OffshootError } from "../../errors.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { factsOf } from "./api-errors.ts";
import { computeError } from "./compute-errors.ts";
import { problemOfFailure, problemOfText } from "./compute-problems.ts";
import type { Dependencies } from "./options.ts";
import type { CallContext, NeonApi, Operation } from "./types.ts";

/**
 * Most branches answer within one or two seconds, and connecting shows that without an API call. Operations are read only
 * after that time, because all jobs share Neon's rate limit.
 */
const WATCH_AFTER_MS = 2000;
const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 4000;
const LONGEST_ANONYMIZATION_POLL_MS = 5000;

/** A fresh branch may refuse logins for a moment (useautumn/autumn issue 2992), and the first start of a compute may fail. */
const TRANSIENT_FAILURES_MS = 20_000;

/** A branch has the databases of its parent from the start. One that is missing for longer was dropped with SQL. */
const MISSING_DATABASE_MS = 5000;

/** The time limit for the names of the databases that an error lists, in milliseconds. */
const LIST_MS = 5000;

/** The time limit of one attempt to connect: a cold compute needs up to 10 or 15 s (Neon docs, "Connection latency"). */
const ATTEMPT_MS = 20_000;

export interface StartedBranch {
  readonly url: string;
  readonly operations: readonly Operation[];
  /** Whether the branch was created moments ago, so that a refused login may succeed later. */
  readonly isFresh: boolean;
}

/**
 * Waits until a query was answered over the direct host, and returns the server's major version. A failed operation ends
 * the wait with an error. Both use the same time limit.
 */
export async function waitUntilReady(
  api: NeonApi,
  { url, operations, isFresh }: StartedBranch,
  { deadline, emit }: CallContext,
  dependencies: Pick<Dependencies, "deadline" | "probe" | "random" | "readDatabases">,
): Promise<number> {
  const done = new AbortController();
  const shared = dependencies.deadline("waiting for the branch", deadline.leftMs(), AbortSignal.any([deadline.signal, done.signal]));
  const started = deadline.leftMs();
  let last: unknown;
  const isPassing = (thrown: unknown): boolean => {
    last = thrown;
    const limitMs = codeOf(thrown) === SQLSTATE.undefinedDatabase ? MISSING_DATABASE_MS : TRANSIENT_FAILURES_MS;
    return started - deadline.leftMs() < limitMs && isTransientLoginFailure(thrown, isFresh);
  };
  try {
    return await Promise.race([
      dependencies.probe(url, shared, { isPassing, attemptMs: ATTEMPT_MS }),
      watchOperations(api, operations, { deadline: shared, emit }, dependencies.random),
    ]);
  } catch (thrown) {
    deadline.check();
    const isMissing = codeOf(last) === SQLSTATE.undefinedDatabase;
    const databases = isMissing ? await existingDatabases(url, deadline, dependencies) : undefined;
    throw computeError(url, thrown, last, databases) ?? thrown;
  } finally {
    done.abort();
  }
}

/** Only for an error that names them, which must not fail without them. */
async function existingDatabases(
  url: string,
  left: CallContext["deadline"],
  { deadline, readDatabases }: Pick<Dependencies, "deadline" | "readDatabases">,
): Promise<readonly string[] | undefined> {
  const within = deadline("reading the databases of the server", Math.min(LIST_MS, left.leftMs()), left.signal);
  return readDatabases(url, within).catch(() => undefined);
}

/** Throws when an operation has finally failed. Never resolves, because only a connection shows that the branch is ready. */
async function watchOperations(api: NeonApi, operations: readonly Operation[], context: CallContext, random: () => number): Promise<never> {
  let left = operations.filter((operation) => !isDone(operation));
  await context.deadline.pause(WATCH_AFTER_MS);
  for (let pollMs = FIRST_POLL_MS; left.length > 0; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
    const [next] = left;
    if (next === undefined) break;
    const current = await readOperation(api, next, context);
    if (hasFailed(current)) throw failedOperation(current);
    if (isDone(current)) left = left.slice(1);
    else await context.deadline.pause(jitter(pollMs, random));
  }
  return new Promise<never>(() => {});
}

/** Waits until all of these operations have finished. Throws when one of them has finally failed. */
export async function waitUntilFinished(
  api: NeonApi,
  operations: readonly Operation[],
  { deadline, emit }: CallContext,
  random: () => number,
): Promise<void> {
  let left = operations;
  for (let pollMs = FIRST_POLL_MS / 2; ; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
    for (const operation of left) if (hasFailed(operation)) throw failedOperation(operation);
    left = left.filter((operation) => !isDone(operation));
    const [next] = left;
    if (next === undefined) return;
    await deadline.pause(jitter(pollMs, random));
    left = [await readOperation(api, next, { deadline, emit }), ...left.slice(1)];
  }
}

/** An operation that cannot be read counts as pending, because only a connection shows that the branch is ready. */
async function readOperation(api: NeonApi, operation: Operation, context: CallContext): Promise<Operation> {
  try {
    return await api.operation(operation.id, context);
  } catch (thrown) {
    if (factsOf(thrown) === undefined) throw thrown;
    return operation;
  }
}

function isDone({ status }: Operation): boolean {
  return status === "finished" || status === "skipped";
}

/** Neon retries some failed operations. `retry_at` is set for those. */
export function hasFailed({ status, retry_at: retryAt }: Operation): boolean {
  return status === "error" || status === "cancelled" || (status === "failed" && retryAt === undefined);
}

function failedOperation({ action, status, error, id }: Operation): OffshootError {
  const problem = problemOfText(error ?? "");
  return new OffshootError(
    "PROVIDER_REJECTED",
    `Neon did not make the branch ready: the operation ${action} (${id}) ended with the status ${status}${error ? `: ${error.replace(/\.$/, "")}` : ""}.`,
    {
      meaning: problem?.meaning,
      remedy: problem?.remedy ?? "Run the command again. If it fails again, send the id of the operation to Neon's support.",
      facts: { operation: id, action, status, problem: problem?.kind },
    },
  );
}

/**
 * Login failures that may end without our help: those of a branch that was just created, of a compute that is starting, and
 * the limit of active computes, because an idle compute is suspended after minutes. An internal error with an unknown text
 * is not one of them.
 */
export function isTransientLoginFailure(thrown: unknown, isFresh: boolean): boolean {
  const code = codeOf(thrown);
  if (code === "ENOTFOUND") return true;
  const problem = problemOfFailure(thrown);
  if (problem !== undefined) return problem.kind === "transient" || problem.kind === "compute-limit";
  return isFresh && (code === SQLSTATE.invalidPassword || code === SQLSTATE.invalidAuthorization || code === SQLSTATE.undefinedDatabase);
}

/**
 * Waits until Neon has masked the data: before that, a branch holds the parent's data. Throws if masking failed, because
 * a run must never use data that should have been masked.
 */
export async function waitUntilAnonymized(api: NeonApi, branchId: string, context: CallContext, random: () => number): Promise<void> {
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LONGEST_ANONYMIZATION_POLL_MS)) {
    const state = await api.anonymizedState(branchId, context);
    if (state === "anonymized") return;
    if (/error/i.test(state)) {
      throw new OffshootError(
        "PROVIDER_REJECTED",
        `Neon could not anonymize the branch ${branchId}: the anonymization ended with the state ${state}.`,
        {
          meaning: "The branch may still hold data that is not masked, so it is not used.",
          remedy:
            "Check the masking rules of the parent branch in Neon, or set neon.anonymized (OFFSHOOT_NEON_ANONYMIZED) to false to copy the data without masking.",
          facts: { branch: branchId, state },
        },
      );
    }
    await context.deadline.pause(jitter(pollMs, random));
  }
}
