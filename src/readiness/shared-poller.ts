import { hostname } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { cancelled } from "../deadline.ts";
import type { Session } from "../postgres/connect.ts";
import type { ReadinessRequest } from "./request.ts";
import { openSession } from "./session.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import { endWait, RECORD_MS, recordWaiters } from "./waiting-list.ts";

/** One snapshot, shared by all callers of this process that wait for the same database. */
export interface PollResult {
  readonly snapshot: Snapshot;
  /** Milliseconds that it took. */
  readonly ms: number;
  /** Gives the session of the snapshot to the first caller that acts on it at once. That caller closes the session. */
  takeSession(): Session | undefined;
}

/** One caller's access to the shared poller of its database. */
export interface Subscription {
  /** A snapshot that begins after this call and within `pauseMs`, or earlier if another caller needs one earlier. */
  next(pauseMs: number, signal: AbortSignal): Promise<PollResult>;
  /** The right to act for this process, for one caller at a time. Undefined while another has it. Call the result to release it. */
  takeSlot(): (() => void) | undefined;
  unsubscribe(): void;
}

interface Poller {
  readonly url: string;
  readonly id: string;
  readonly subscribers: Set<ReadinessRequest>;
  slotOwner: ReadinessRequest | undefined;
  planned: PlannedPoll | undefined;
  /** Settles when no poll is running: a poller uses one connection only. */
  idle: Promise<void>;
  recordedAt: number;
}

interface PlannedPoll {
  readonly result: Promise<PollResult>;
  hasten(atMs: number): void;
  callers: number;
  cancel(): void;
}

/** The only state that callers of a process share: fifty callers that wait for one database query it once. */
const pollers = new Map<string, Poller>();
let pollersCreated = 0;

/** Subscribes to the poller of the request's database. It is created for the first caller and removed after the last. */
export function subscribe(request: ReadinessRequest): Subscription {
  const poller = pollers.get(request.url) ?? createPoller(request.url);
  poller.subscribers.add(request);
  return {
    next: (pauseMs, signal) => join((poller.planned = soonestPoll(poller, request, pauseMs)), signal),
    takeSlot() {
      if (poller.slotOwner !== undefined) return undefined;
      poller.slotOwner = request;
      return () => {
        poller.slotOwner = undefined;
        // The action has probably changed the marker. The other callers of this process see it at once.
        poller.planned?.hasten(performance.now());
      };
    },
    unsubscribe() {
      poller.subscribers.delete(request);
      if (poller.subscribers.size === 0) pollers.delete(poller.url);
    },
  };
}

function createPoller(url: string): Poller {
  pollersCreated += 1;
  const id = `${hostname()}:${process.pid}:${pollersCreated}`;
  const poller: Poller = {
    url,
    id,
    subscribers: new Set(),
    slotOwner: undefined,
    planned: undefined,
    idle: Promise.resolve(),
    recordedAt: 0,
  };
  pollers.set(url, poller);
  return poller;
}

function soonestPoll(poller: Poller, request: ReadinessRequest, pauseMs: number): PlannedPoll {
  const at = performance.now() + pauseMs;
  if (poller.planned === undefined) return planPoll(poller, request, at);
  poller.planned.hasten(at);
  return poller.planned;
}

function planPoll(poller: Poller, request: ReadinessRequest, first: number): PlannedPoll {
  const cancelledBy = new AbortController();
  let start: (() => Promise<void>) | undefined;
  const result = new Promise<PollResult>((resolve, reject) => {
    start = () => poll(poller, request, cancelledBy.signal, resolve, reject);
  });
  // If it fails, all callers may have left already.
  result.catch(() => {});
  const begin = async (): Promise<void> => {
    await poller.idle;
    if (poller.planned === planned) poller.planned = undefined;
    if (!cancelledBy.signal.aborted) poller.idle = start?.() ?? poller.idle;
  };
  let at = first;
  let timer = setTimeout(() => void begin(), Math.max(0, at - performance.now()));
  const planned: PlannedPoll = {
    result,
    callers: 0,
    hasten(sooner) {
      if (sooner >= at) return;
      at = sooner;
      clearTimeout(timer);
      timer = setTimeout(() => void begin(), Math.max(0, at - performance.now()));
    },
    cancel() {
      clearTimeout(timer);
      cancelledBy.abort();
      if (poller.planned === planned) poller.planned = undefined;
    },
  };
  return planned;
}

async function join(planned: PlannedPoll, signal: AbortSignal): Promise<PollResult> {
  const done = new AbortController();
  const left = new Promise<never>((_, reject) => {
    const leave = (): void => reject(cancelled("waiting for the migration"));
    signal.addEventListener("abort", leave, { once: true, signal: done.signal });
    if (signal.aborted) leave();
  });
  planned.callers += 1;
  try {
    return await Promise.race([planned.result, left]);
  } finally {
    done.abort();
    planned.callers -= 1;
    if (planned.callers === 0) planned.cancel();
  }
}

/** Takes a snapshot, gives it to all callers, and closes the session unless a caller took it. */
async function poll(
  poller: Poller,
  request: ReadinessRequest,
  signal: AbortSignal,
  resolve: (result: PollResult) => void,
  reject: (reason: unknown) => void,
): Promise<void> {
  const startedAt = performance.now();
  let session: Session | undefined;
  try {
    session = await openSession(request, signal);
    const snapshot = await takeSnapshot(session);
    resolve({ snapshot, ms: performance.now() - startedAt, takeSession });
    // A caller that acts on the snapshot takes the session before anything else runs in this process.
    await nextTurn();
    if (session !== undefined) await recordIfDue(poller, snapshot, session);
  } catch (thrown) {
    reject(thrown);
  } finally {
    await session?.close();
  }

  function takeSession(): Session | undefined {
    const taken = session;
    session = undefined;
    return taken;
  }
}

/** Records how many callers wait here while another job is at work, and that the wait has ended afterwards. */
async function recordIfDue(poller: Poller, snapshot: Snapshot, session: Session): Promise<void> {
  const [first] = poller.subscribers;
  const count = poller.subscribers.size - (poller.slotOwner === undefined ? 0 : 1);
  const isBusy = snapshot.markers.some(
    ({ database, state }) => database === snapshot.database && (state === "migrating" || state === "finalizing"),
  );
  if (!isBusy && poller.recordedAt !== 0) {
    poller.recordedAt = 0;
    return endWait(session, poller.id);
  }
  if (first === undefined || count === 0 || !isBusy || performance.now() - poller.recordedAt < RECORD_MS) return;
  poller.recordedAt = performance.now();
  await recordWaiters(session, { id: poller.id, database: snapshot.database, owner: first.owner, count });
}
