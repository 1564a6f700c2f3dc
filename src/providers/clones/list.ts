import { deadline } from "../../deadline.ts";
import { listServer } from "../local/list.ts";
import { withinSession } from "../local/server.ts";
import type { Database, Listed } from "../provider.ts";

/** Time limit of a list, in milliseconds. */
const LIST_MS = 30_000;

/** The databases of offshoot on the server of this database, such as the clones in a branch. */
export function databasesOn({ provider, id, directUrl }: Database, signal: AbortSignal): Promise<readonly Listed[]> {
  const within = deadline("listing the clones", LIST_MS, signal);
  return withinSession(directUrl, within, (session) => listServer({ provider }, { id }, session));
}
