import { hostname } from "node:os";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { cancelled } from "../deadline.ts";
import type { Session } from "../postgres/connect.ts";
import type { ReadinessRequest } from "./request.ts";
import { createListening, type Listening } from "./listening.ts";
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
  /** Ends the session of the process that listens, if this was its last caller. */
  unsubscribe(): Promise<void>;
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
  readonly listening: Listening;
  /** When the last poll began. */
  polledAt: number;
  /** A notification has come since then. */
  isWoken: boolean;
}

/** Notifications cause at most ten polls a second, whoever sends them. */
const LEAST_PAUSE_MS = 100;

/** A session that listens is old, so its connection can be dead. Then the poll opens another one. */
const ANSWER_MS = 2000;

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
      // The other callers of this process are woken by the end of the action.
      void poller.listening.close();
      return () => {
        poller.slotOwner = undefined;
        // The action has probably changed the marker. The other callers of this process see it at once.
        poller.planned?.hasten(performance.now());
      };
    },
    async unsubscribe() {
      poller.subscribers.delete(request);
      if (poller.subscribers.size > 0) return;
      pollers.delete(poller.url);
      await poller.listening.end();
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
    listening: createListening(() => {
      poller.isWoken = true;
      poller.planned?.hasten(wakesAt(poller));
    }),
    polledAt: 0,
    isWoken: false,
  };
  pollers.set(url, poller);
  return poller;
}

function wakesAt({ polledAt }: Poller): number {
  return Math.max(performance.now(), polledAt + LEAST_PAUSE_MS);
}

function soonestPoll(poller: Poller, request: ReadinessRequest, pauseMs: number): PlannedPoll {
  const planned = performance.now() + pauseMs;
  const at = poller.isWoken ? Math.min(planned, wakesAt(poller)) : planned;
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

/** Takes a snapshot, gives it to all callers, and closes the session unless a caller took it or the process listens with it. */
async function poll(
  poller: Poller,
  request: ReadinessRequest,
  signal: AbortSignal,
  resolve: (result: PollResult) => void,
  reject: (reason: unknown) => void,
): Promise<void> {
  const startedAt = performance.now();
  poller.polledAt = startedAt;
  poller.isWoken = false;
  const heard = await snapshotOfListener(poller);
  if (heard !== undefined) {
    resolve({ snapshot: heard.snapshot, ms: performance.now() - startedAt, takeSession: () => undefined });
    await nextTurn();
    await recordIfDue(poller, heard.snapshot, heard.session).catch(() => {});
    if (!isMigrating(heard.snapshot)) await poller.listening.close();
    return;
  }
  let session: Session | undefined;
  try {
    session = await openSession(request, signal);
    const snapshot = await takeSnapshot(session);
    resolve({ snapshot, ms: performance.now() - startedAt, takeSession });
    // A caller that acts on the snapshot takes the session before anything else runs in this process.
    await nextTurn();
    if (session === undefined) return;
    await recordIfDue(poller, snapshot, session);
    if (!isMigrating(snapshot) || poller.slotOwner !== undefined) return;
    if (await poller.listening.keep(session, request, signal)) session = undefined;
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

/** A snapshot in the session that listens. Undefined: no session does, or it did not answer and was closed. */
async function snapshotOfListener({ listening }: Poller): Promise<{ readonly snapshot: Snapshot; readonly session: Session } | undefined> {
  const session = listening.session();
  if (session === undefined) return undefined;
  const tooLate = pause(ANSWER_MS, undefined, { ref: false });
  const snapshot = await Promise.race([takeSnapshot(session), tooLate]).catch(() => undefined);
  if (snapshot !== undefined) return { snapshot, session };
  await listening.close();
  return undefined;
}

/** Whether a leader migrates. During "finalizing", the database is copied and must have no session. */
function isMigrating({ markers, database }: Snapshot): boolean {
  return markers.some((marker) => marker.database === database && marker.state === "migrating");
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
