import { deadline } from "../../deadline.ts";
import { codeOf } from "../../errors.ts";
import { expiresAt } from "../../identity/expiry.ts";
import { type OwnerTag, timestamp } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { tryLock, unlock, withLock } from "../../postgres/lock.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { commentOn, formatComment, readDatabases } from "./databases.ts";
import { lockOf } from "./locks.ts";
import { withinSession } from "./server.ts";

/** Time limit of one renewal, in milliseconds. */
const RENEW_MS = 15_000;

/**
 * `Database.renew` on a local server: writes the later expiry and the time of this use into the comment, by the server's
 * clock. Undefined when the database was dropped, or belongs to another run by now.
 */
export function renew(
  url: string,
  { name, tag }: { readonly name: string; readonly tag: OwnerTag },
  ttlMs: number,
  signal: AbortSignal,
): Promise<Date | undefined> {
  const within = deadline(`renewing the expiry of ${name}`, RENEW_MS, signal);
  return withinSession(url, within, (session) =>
    withLock(session, lockOf(name), within, async () => {
      const { entries, now } = await readDatabases(session);
      const current = entries.find((entry) => entry.name === name)?.tag;
      if (current === undefined || current.run !== tag.run || current.repository !== tag.repository) return undefined;
      const next = expiresAt(now, ttlMs);
      const isLater = current.expires !== undefined && Date.parse(current.expires) < next.getTime();
      const renewed: OwnerTag = isLater ? { ...current, expires: timestamp(next) } : current;
      await session.query(commentOn(name, formatComment(renewed, now)));
      return renewed.expires === undefined ? undefined : new Date(renewed.expires);
    }),
  );
}

/** Writes down that the database is used now. Does nothing while another process changes it. */
export async function writeUse(session: Session, name: string): Promise<void> {
  if (!(await tryLock(session, lockOf(name)))) return;
  try {
    const { entries, now } = await readDatabases(session);
    const tag = entries.find((entry) => entry.name === name)?.tag;
    if (tag !== undefined) await session.query(commentOn(name, formatComment(tag, now)));
  } catch (thrown) {
    // A person can drop or rename the database at any time.
    if (codeOf(thrown) !== SQLSTATE.undefinedDatabase) throw thrown;
  } finally {
    if (!session.lost.aborted) await unlock(session, lockOf(name));
  }
}
