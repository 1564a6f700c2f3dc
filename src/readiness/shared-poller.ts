import { hostname } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { cancelled } from "../deadline.ts";
import type { Session } from "../postgres/connect.ts";
import type { View } from "./decide.ts";
import { look } from "./snapshot.ts";
import type { ReadinessRequest } from "./request.ts";
import { openGate } from "./session.ts";
import { announce, ANNOUNCE_MS, withdraw } from "./waiters.ts";

/** One look at the database, shared by all callers of this process that wait for the same one. */
export interface Look {
  readonly view: View;
  /** Milliseconds that it took. */
  readonly ms: number;
  /** Hands over the session that was looked through, once, to one who acts on the view at once and closes it. */
  take(): Session | undefined;
}

/** A caller's place in the room of those who watch one database. */
export interface Watch {
  /** A look that begins after this call and within `pauseMs`; sooner when another caller needs one sooner. */
  next(pauseMs: number, signal: AbortSignal): Promise<Look>;
  /** The right to act for this process, one caller at a time; undefined while another has it. Call it to give it back. */
  takeSeat(): (() => void) | undefined;
  leave(): void;
}

interface Room {
  readonly url: string;
  readonly id: string;
  readonly members: Set<ReadinessRequest>;
  seated: ReadinessRequest | undefined;
  planned: Plan | undefined;
  /** Settles when no look is under way: one connection is all that a room takes for looking. */
  idle: Promise<void>;
  announcedAt: number;
}

interface Plan {
  readonly outcome: Promise<Look>;
  hasten(atMs: number): void;
  joined: number;
  giveUp(): void;
}

/** The one piece of state that callers of a process share: fifty that wait for one database ask it once. */
const rooms = new Map<string, Room>();
let roomsOpened = 0;

/** Enters the room of the request's database, which opens with its first caller and closes with its last. */
export function enterRoom(request: ReadinessRequest): Watch {
  const room = rooms.get(request.url) ?? openRoom(request.url);
  room.members.add(request);
  return {
    next: (pauseMs, signal) => join((room.planned = soonest(room, request, pauseMs)), signal),
    takeSeat() {
      if (room.seated !== undefined) return undefined;
      room.seated = request;
      return () => {
        room.seated = undefined;
        // Whatever it was that was done, the others of this process need not wait to see it.
        room.planned?.hasten(performance.now());
      };
    },
    leave() {
      room.members.delete(request);
      if (room.members.size === 0) rooms.delete(room.url);
    },
  };
}

function openRoom(url: string): Room {
  roomsOpened += 1;
  const id = `${hostname()}:${process.pid}:${roomsOpened}`;
  const room: Room = { url, id, members: new Set(), seated: undefined, planned: undefined, idle: Promise.resolve(), announcedAt: 0 };
  rooms.set(url, room);
  return room;
}

function soonest(room: Room, request: ReadinessRequest, pauseMs: number): Plan {
  const at = performance.now() + pauseMs;
  if (room.planned === undefined) return plan(room, request, at);
  room.planned.hasten(at);
  return room.planned;
}

function plan(room: Room, request: ReadinessRequest, first: number): Plan {
  const given = new AbortController();
  let start: (() => Promise<void>) | undefined;
  const outcome = new Promise<Look>((resolve, reject) => {
    start = () => share(room, request, given.signal, resolve, reject);
  });
  // Everybody may have left by the time it fails.
  outcome.catch(() => {});
  const begin = async (): Promise<void> => {
    await room.idle;
    if (room.planned === made) room.planned = undefined;
    if (!given.signal.aborted) room.idle = start?.() ?? room.idle;
  };
  let at = first;
  let timer = setTimeout(() => void begin(), Math.max(0, at - performance.now()));
  const made: Plan = {
    outcome,
    joined: 0,
    hasten(sooner) {
      if (sooner >= at) return;
      at = sooner;
      clearTimeout(timer);
      timer = setTimeout(() => void begin(), Math.max(0, at - performance.now()));
    },
    giveUp() {
      clearTimeout(timer);
      given.abort();
      if (room.planned === made) room.planned = undefined;
    },
  };
  return made;
}

async function join(planned: Plan, signal: AbortSignal): Promise<Look> {
  const done = new AbortController();
  const left = new Promise<never>((_, reject) => {
    const leave = (): void => reject(cancelled("waiting for the migration"));
    signal.addEventListener("abort", leave, { once: true, signal: done.signal });
    if (signal.aborted) leave();
  });
  planned.joined += 1;
  try {
    return await Promise.race([planned.outcome, left]);
  } finally {
    done.abort();
    planned.joined -= 1;
    if (planned.joined === 0) planned.giveUp();
  }
}

/** Looks, tells everybody, and closes the session unless one of them took it over. */
async function share(
  room: Room,
  request: ReadinessRequest,
  signal: AbortSignal,
  resolve: (look: Look) => void,
  reject: (reason: unknown) => void,
): Promise<void> {
  const startedAt = performance.now();
  let session: Session | undefined;
  try {
    session = await openGate(request, signal);
    const view = await look(session);
    resolve({ view, ms: performance.now() - startedAt, take });
    // Who acts on the view takes the session before anything else happens in this process.
    await turn();
    if (session !== undefined) await announceIfDue(room, view, session);
  } catch (thrown) {
    reject(thrown);
  } finally {
    await session?.close();
  }

  function take(): Session | undefined {
    const taken = session;
    session = undefined;
    return taken;
  }
}

/** Lets others know how many wait here, where there is somebody to wait for, and that they don't any more. */
async function announceIfDue(room: Room, view: View, session: Session): Promise<void> {
  const [first] = room.members;
  const count = room.members.size - (room.seated === undefined ? 0 : 1);
  const isBusy = view.markers.some(({ database, state }) => database === view.database && (state === "migrating" || state === "sealing"));
  if (!isBusy && room.announcedAt !== 0) {
    room.announcedAt = 0;
    return withdraw(session, room.id);
  }
  if (first === undefined || count === 0 || !isBusy || performance.now() - room.announcedAt < ANNOUNCE_MS) return;
  room.announcedAt = performance.now();
  await announce(session, { id: room.id, database: view.database, owner: first.owner, count });
}
