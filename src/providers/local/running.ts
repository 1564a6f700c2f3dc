import type { Session } from "../../postgres/connect.ts";
import { isTemporary, isTimeout } from "../../postgres/sqlstate.ts";
import { withDatabase } from "../../postgres/url.ts";
import { serverError } from "./acquire.ts";
import { readDatabases, type Snapshot } from "./databases.ts";
import { type Bounds, type Server, type ServerSource, withinSession } from "./server.ts";

/** The servers of a source that run now: the one that gets new databases first. */
export async function runningServers(source: ServerSource, bounds: Bounds): Promise<readonly Server[]> {
  const first = await source.running(bounds);
  return [...(first === undefined ? [] : [first]), ...((await source.otherServers?.(bounds)) ?? [])];
}

/** Reads from a server. Undefined when it is a server of offshoot that was stopped meanwhile, because no run uses it then. */
export async function readFrom<T>(
  source: ServerSource,
  server: Server,
  { within }: Bounds,
  work: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await withinSession(server.url, within, work);
  } catch (thrown) {
    if (source.stop !== undefined && isTemporary(thrown)) return undefined;
    throw serverError(server, thrown);
  }
}

/**
 * Reads the databases of a server from within one of them, which also proves that it answers. Undefined when the server refuses that,
 * as for a database that does not exist: a session in another database shows why. A server that does not answer at all is not tried
 * in another database, because that would double the time.
 */
export async function readInside(
  source: ServerSource,
  server: Server,
  database: string,
  { within }: Bounds,
): Promise<Snapshot | "stopped" | undefined> {
  try {
    return await withinSession(withDatabase(server.url, database), within, readDatabases);
  } catch (thrown) {
    if (!isTimeout(thrown)) return undefined;
    if (source.stop !== undefined) return "stopped";
    throw serverError(server, thrown);
  }
}
