import { codeOf, OffshootError } from "../../errors.ts";
import { connectionError } from "../../postgres/connect.ts";
import { isPassing, SQLSTATE } from "../../postgres/sqlstate.ts";
import { jitter } from "../../deadline.ts";
import type { Lifetime } from "../../identity/owner-tag.ts";
import type { Released } from "../provider.ts";
import { type Entry, hasRuns, readDatabases, sleepersOf } from "./databases.ts";
import { dropDatabase } from "./drop.ts";
import type { Bounds, ClusterHost, Server } from "./host.ts";
import { tryStopLock } from "./locks.ts";
import { isScratch, toDatabase } from "./names.ts";
import { withinSession } from "./session.ts";

/** A server that can't be talked to is looked at more closely, as only `boot` does, when it fails more often than this. */
const PATIENCE = 3;

/** `Provider.release` over a local server: drops the database, and stops our server when no run needs it. */
export async function release(host: ClusterHost, name: string, bounds: Bounds, only?: Lifetime): Promise<Released> {
  const database = toDatabase(name);
  for (let failures = 0; ; failures += 1) {
    const running = failures > PATIENCE ? await host.boot(bounds) : await host.running(bounds);
    const released = await releaseAnywhere(host, running, { database, only }, bounds);
    if (released !== undefined) return released;
    // Stopped under our hands by whoever removed the last database: that may have been this one.
    await bounds.within.pause(jitter(25));
  }
}

interface Releasing {
  readonly database: string;
  /** What has another lifetime is kept. */
  readonly only: Lifetime | undefined;
}

/** Undefined where a server went away meanwhile. */
async function releaseAnywhere(
  host: ClusterHost,
  running: Server | undefined,
  releasing: Releasing,
  bounds: Bounds,
): Promise<Released | undefined> {
  const others = (await host.elsewhere?.(bounds)) ?? [];
  for (const server of running === undefined ? others : [running, ...others]) {
    const released = await releaseOn(host, server, releasing, bounds);
    if (released !== "already-gone") return released;
  }
  const asleep = running === undefined ? await host.asleep?.(bounds) : undefined;
  const mayHoldIt = asleep === "unknown" || asleep?.some((sleeper) => sleeper.name === releasing.database);
  return mayHoldIt ? releaseOn(host, await host.boot(bounds), releasing, bounds) : "already-gone";
}

async function releaseOn(host: ClusterHost, server: Server, releasing: Releasing, bounds: Bounds): Promise<Released | undefined> {
  try {
    return await dropOn(host, server, releasing, bounds);
  } catch (thrown) {
    if (host.stop === undefined && isPassing(thrown)) throw connectionError(server.url, thrown);
    if (isPassing(thrown) || codeOf(thrown) === SQLSTATE.invalidPassword) return undefined;
    throw failure(releasing.database, thrown);
  }
}

function dropOn(host: ClusterHost, server: Server, { database, only }: Releasing, bounds: Bounds): Promise<Released> {
  return withinSession(server.url, bounds.within, async (session) => {
    const dropped = await dropDatabase(session, database, bounds.within, (entry) => isOurs(entry) && lives(entry, only));
    if (host.stop !== undefined && !hasRuns(await readDatabases(session)) && (await tryStopLock(session))) {
      // A run may have come between the look and the lock.
      const snapshot = await readDatabases(session);
      if (!hasRuns(snapshot)) await host.stop(server, sleepersOf(snapshot), bounds);
    }
    return dropped;
  });
}

function isOurs(entry: Entry): true {
  if (entry.tag !== undefined || isScratch(entry.name)) return true;
  throw new OffshootError("NOT_OURS", `The database ${entry.name} carries no owner tag of offshoot.`, {
    meaning: "It may be somebody else's and was not removed.",
    remedy: "Drop it by hand if it is yours.",
  });
}

function lives({ tag }: Entry, only: Lifetime | undefined): boolean {
  return only === undefined || tag?.lifetime === only;
}

function failure(database: string, thrown: unknown): unknown {
  if (codeOf(thrown) !== SQLSTATE.objectInUse) return thrown;
  return new OffshootError("LEFT_BEHIND", `The database ${database} could not be dropped.`, {
    meaning: "Something holds it that can't be ended from here, such as a replication slot or a prepared transaction.",
    remedy: "Remove that, then run `offshoot down` again.",
    cause: thrown,
  });
}
