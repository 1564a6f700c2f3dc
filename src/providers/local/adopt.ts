import type { Deadline } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { withLock } from "../../postgres/lock.ts";
import { commentOn, type Entry, formatComment, readDatabases } from "./databases.ts";
import { lockOf } from "./locks.ts";

/** An expiry or a last use is rewritten only if it moves by more than this. Jobs that start in the same minute then write it once. */
const WORTH_WRITING_MS = 60_000;

/**
 * Adopts a database that another job of the run created: checks its tag, extends its expiry and records the use. Returns its
 * present tag, or undefined when the database was dropped meanwhile. Throws `NOT_OURS`.
 */
export async function adopt(session: Session, entry: Entry, wanted: OwnerTag, now: Date, within: Deadline): Promise<OwnerTag | undefined> {
  const tag = tagOfSameRun(entry, wanted);
  if (extendedTag(tag, wanted) === undefined && !isUseDue(entry, now)) return tag;
  return withLock(session, lockOf(entry.name), within, async () => {
    const snapshot = await readDatabases(session);
    const fresh = snapshot.entries.find((candidate) => candidate.name === entry.name);
    if (fresh === undefined) return undefined;
    const current = tagOfSameRun(fresh, wanted);
    const next = extendedTag(current, wanted);
    if (next === undefined && !isUseDue(fresh, snapshot.now)) return current;
    await session.query(commentOn(entry.name, formatComment(next ?? current, snapshot.now)));
    return next ?? current;
  });
}

/** Whether the last use of a database should be written down again. Its creation counts as a use. */
export function isUseDue({ tag, lastUsedAt }: Entry, now: Date): boolean {
  const usedMs = lastUsedAt?.getTime() ?? (tag === undefined ? now.getTime() : Date.parse(tag.created));
  return now.getTime() - usedMs > WORTH_WRITING_MS;
}

/** The tag to write, or undefined when the present tag is enough. It never shortens the life of the database. */
export function extendedTag(present: OwnerTag, wanted: OwnerTag): OwnerTag | undefined {
  // With a time to live of a minute, seconds matter.
  const worthMs = Math.min(WORTH_WRITING_MS, (msOf(wanted.expires) - Date.parse(wanted.created)) / 10);
  const isLater = msOf(wanted.expires) - msOf(present.expires) > worthMs;
  const isKept = present.lifetime === "last-run" && wanted.lifetime !== "last-run";
  if (!isLater && !isKept) return undefined;
  return { ...present, expires: isLater ? wanted.expires : present.expires, lifetime: isKept ? "until-down" : present.lifetime };
}

/** A tag without an expiry is later than every other. */
function msOf(expires: string | undefined): number {
  return expires === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(expires);
}

/** The tag of a database, if it was created for the same run or base. Throws `NOT_OURS`. */
export function tagOfSameRun(entry: Entry, wanted: OwnerTag): OwnerTag {
  const { tag } = entry;
  if (tag === undefined) {
    throw new OffshootError("NOT_OURS", `The database ${entry.name} already exists and has no owner tag of offshoot.`, {
      meaning: "It may belong to someone else. It was neither used nor dropped.",
      remedy: "Rename or drop the database, or choose another run key with `--run`.",
    });
  }
  const isSame =
    tag.kind === wanted.kind &&
    (tag.kind === "base" ? tag.fingerprint === wanted.fingerprint : tag.run === wanted.run && tag.repository === wanted.repository);
  if (!isSame) {
    throw new OffshootError("NOT_OURS", `The database ${entry.name} belongs to the run ${tag.run} of ${tag.repository}.`, {
      meaning: "It was neither used nor dropped for this run.",
      remedy: "Choose another run key with `--run`.",
    });
  }
  return tag;
}
