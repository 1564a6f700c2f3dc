import type { Deadline } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { withLock } from "../../postgres/lock.ts";
import { commentOn, type Entry, formatComment, readDatabases } from "./databases.ts";
import { lockOf } from "./locks.ts";

/** An expiry is rewritten only if it moves by more than this. Jobs that start in the same minute then write it once. */
const WORTH_WRITING_MS = 60_000;

/**
 * Adopts a database that another job of the run created: checks its tag and extends its expiry. Returns its present tag, or
 * undefined when the database was dropped meanwhile. Throws `NOT_OURS`.
 */
export async function adopt(session: Session, entry: Entry, wanted: OwnerTag, within: Deadline): Promise<OwnerTag | undefined> {
  const tag = tagOfSameRun(entry, wanted);
  if (extendedTag(tag, wanted) === undefined) return tag;
  return withLock(session, lockOf(entry.name), within, async () => {
    const fresh = (await readDatabases(session)).entries.find((candidate) => candidate.name === entry.name);
    if (fresh === undefined) return undefined;
    const current = tagOfSameRun(fresh, wanted);
    const next = extendedTag(current, wanted);
    if (next !== undefined) await session.query(commentOn(entry.name, formatComment(next, fresh.lastUsedAt)));
    return next ?? current;
  });
}

/** The tag to write, or undefined when the present tag is enough. It never shortens the life of the database. */
export function extendedTag(present: OwnerTag, wanted: OwnerTag): OwnerTag | undefined {
  const isLater = msOf(wanted.expires) - msOf(present.expires) > WORTH_WRITING_MS;
  const isKept = present.lifetime === "last-run" && wanted.lifetime !== "last-run";
  if (!isLater && !isKept) return undefined;
  return { ...present, expires: isLater ? wanted.expires : present.expires, lifetime: isKept ? "until-down" : present.lifetime };
}

/** A tag without an expiry is later than every other. */
function msOf(expires: string | undefined): number {
  return expires === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(expires);
}

function tagOfSameRun(entry: Entry, wanted: OwnerTag): OwnerTag {
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
