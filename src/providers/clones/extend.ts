import { deadline } from "../../deadline.ts";
import { timestamp } from "../../identity/owner-tag.ts";
import { withLock } from "../../postgres/lock.ts";
import { commentOn, type Entry, formatComment, readDatabases } from "../local/databases.ts";
import { lockOf } from "../local/locks.ts";
import { withinSession } from "../local/server.ts";
import type { CloneServer } from "../provider.ts";
import { isOfRun } from "./source.ts";

/** Time limit for all clones of a run, in milliseconds. */
const EXTEND_MS = 60_000;

/**
 * Moves the expiry of the clones that failed tests kept to `until`, unless it is later already, and returns the names of those
 * that it moved. The other clones of the run expire with its database (`local/clone-expiry.ts`).
 */
export function extendKeptClones(server: CloneServer, until: Date, signal: AbortSignal): Promise<readonly string[]> {
  const within = deadline("extending the kept clones", EXTEND_MS, signal);
  const isDue = ({ tag }: Entry): boolean =>
    tag?.kept !== undefined && isOfRun(tag, server.tag) && tag.expires !== undefined && Date.parse(tag.expires) < until.getTime();
  return withinSession(server.url, within, async (session) => {
    const moved: string[] = [];
    for (const { name } of (await readDatabases(session)).entries.filter(isDue)) {
      await withLock(session, lockOf(name), within, async () => {
        // It can have been dropped or extended since.
        const entry = (await readDatabases(session)).entries.find((candidate) => candidate.name === name);
        if (entry?.tag === undefined || !isDue(entry)) return;
        await session.query(commentOn(name, formatComment({ ...entry.tag, expires: timestamp(until) }, entry.lastUsedAt)));
        moved.push(entry.tag.clone ?? name);
      });
    }
    return moved;
  });
}
