import type { Deadline } from "../../deadline.ts";
import type { Listener } from "../../events.ts";
import { connect, type Session } from "../../postgres/connect.ts";
import { serverPooled } from "../../postgres/pooled-session.ts";
import type { Check, Examination, Refusal } from "../provider.ts";

/** A Postgres server that has one database for each run. */
export interface Server {
  /** URL of its maintenance database, for a role that can create databases. Contains a password. */
  readonly url: string;
  /** First part of the ids of its databases, such as `postgres-18`. */
  readonly id: string;
}

/** The time limit of a call, and the receiver of its events. */
export interface Bounds {
  readonly within: Deadline;
  readonly emit: Listener;
}

/** A database on the disk of a stopped server. */
export interface StoredDatabase {
  readonly name: string;
  readonly comment: string | null;
}

/**
 * Where a server comes from: started by offshoot (embedded, docker) or by the user (existing). The work with databases is
 * the same for all of them; it is in `local.ts`.
 */
export interface ServerSource {
  readonly provider: "docker" | "embedded" | "existing";
  /** Whether `create database … strategy file_copy` is fast, which it is when a checkpoint needs no flush to disk. */
  readonly quickCheckpoints: boolean;
  /** Why no clones are made on this server. Missing when they are. */
  readonly clonesRefusal?: Refusal | undefined;
  /** Why `boot` cannot work. Starts nothing. */
  refuse(bounds: Bounds): Promise<Refusal | undefined>;
  /** What `boot` depends on, and the refusal of `refuse`. Starts nothing. */
  examine(bounds: Bounds): Promise<Pick<Examination, "checks" | "refusal">>;
  /** The server that `boot` would return, if it already runs. This is a cheap look, which does not connect to it. */
  running(bounds: Bounds): Promise<Server | undefined>;
  /** Further running servers of this source, such as one of another major. They are searched for databases and get no new ones. */
  otherServers?(bounds: Bounds): Promise<readonly Server[]>;
  /** Finds or starts the server, also after a process was killed while it started one. */
  boot(bounds: Bounds): Promise<Server>;
  /** Stops a server that no run needs, and writes down the databases that it stores. Missing when the user runs the server. */
  stop?(server: Server, stored: readonly StoredDatabase[], bounds: Bounds): Promise<void>;
  /** Starts an idle reaper for a server that has none. */
  startIdleReaper?(server: Server): Promise<void>;
  /** The databases of the server of `boot` while it is stopped. Undefined while it runs; `unknown` after a crash. */
  storedDatabases?(bounds: Bounds): Promise<readonly StoredDatabase[] | "unknown" | undefined>;
}

/** Runs `work` in a session that is closed at the deadline at the latest. Throws the error of the deadline then. */
export async function withinSession<T>(url: string, within: Deadline, work: (session: Session) => Promise<T>): Promise<T> {
  within.check();
  const left = Math.max(1, within.leftMs());
  let session: Session | undefined;
  const end = (): void => void session?.close();
  within.signal.addEventListener("abort", end, { once: true });
  try {
    session = await connect(url, { connectMs: Math.min(15_000, left), signal: within.signal });
    // Behind a pooler neither our locks nor `create database` work as they must.
    if (session.isPooled) throw serverPooled(url);
    return await work(session);
  } catch (thrown) {
    within.check();
    throw thrown;
  } finally {
    within.signal.removeEventListener("abort", end);
    await session?.close();
  }
}

/** An examination with one check: the refusal, or what the server is. */
export function examined(name: string, refusal: Refusal | undefined, text: string): Pick<Examination, "checks" | "refusal"> {
  const check: Check =
    refusal === undefined ? { name, state: "ok", text } : { name, state: "failed", text: refusal.text, remedy: refusal.remedy };
  return { checks: [check], refusal };
}
