import { randomBytes } from "node:crypto";
import { deadline } from "../../deadline.ts";
import { connect } from "../../postgres/connect.ts";
import { lockShared, withLock } from "../../postgres/lock.ts";
import { commentOn, formatComment, readDatabases } from "./databases.ts";
import { lockOf, suiteLockOf } from "./locks.ts";

/** Time limit to tie a database, in milliseconds. */
const TIE_MS = 15_000;

/**
 * `Database.tie` on a local server: a session holds a lock, and the tag names it. When this process ends in any way, the lock is
 * released, and the next creation on the server, or its idle reaper, drops the database. Does nothing when the database was dropped.
 */
export async function tie(serverUrl: string, name: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const session = await connect(serverUrl, { applicationName: "offshoot:scratch", signal });
  try {
    const id = randomBytes(8).toString("hex");
    await lockShared(session, suiteLockOf(id));
    const within = deadline(`preparing ${name}`, TIE_MS, signal);
    await withLock(session, lockOf(name), within, async () => {
      const { entries } = await readDatabases(session);
      const tag = entries.find((entry) => entry.name === name)?.tag;
      if (tag !== undefined) await session.query(commentOn(name, formatComment({ ...tag, suite: id })));
    });
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
  return { [Symbol.asyncDispose]: () => session.close() };
}
