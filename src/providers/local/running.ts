import type { Session } from "../../postgres/connect.ts";
import { isTemporary } from "../../postgres/sqlstate.ts";
import { serverError } from "./acquire.ts";
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
