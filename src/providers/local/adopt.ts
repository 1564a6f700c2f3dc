import { OffshootError } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { withLock } from "../../postgres/lock.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Deadline } from "../../deadline.ts";
import { commentOn, formatComment } from "./comment.ts";
import { type Entry, readDatabases } from "./databases.ts";
import { lockOf } from "./locks.ts";

/** Siblings that start within a minute of each other need not write the same expiry again and again. */
const WORTH_WRITING_MS = 60_000;

/**
 * Takes over a database that a sibling made: checks the tag and renews the expiry. Returns the tag as it is then,
 * or undefined when the database went away meanwhile. Throws `NOT_OURS`.
 */
export async function adopt(session: Session, entry: Entry, wanted: OwnerTag, within: Deadline): Promise<OwnerTag | undefined> {
  const tag = tagOfSibling(entry, wanted);
  if (renewed(tag, wanted) === undefined) return tag;
  return withLock(session, lockOf(entry.name), within, async () => {
    const fresh = (await readDatabases(session)).entries.find((candidate) => candidate.name === entry.name);
    if (fresh === undefined) return undefined;
    const current = tagOfSibling(fresh, wanted);
    const next = renewed(current, wanted);
    if (next !== undefined) await session.query(commentOn(entry.name, formatComment(next, fresh.lastUsedAt)));
    return next ?? current;
  });
}

/** The tag to write, or undefined when the present one will do. An expiry never comes nearer. */
export function renewed(present: OwnerTag, wanted: OwnerTag): OwnerTag | undefined {
  const later = msOf(wanted.expires) - msOf(present.expires) > WORTH_WRITING_MS;
  const stays = present.lifetime === "last-run" && wanted.lifetime !== "last-run";
  if (!later && !stays) return undefined;
  return { ...present, expires: later ? wanted.expires : present.expires, lifetime: stays ? "until-down" : present.lifetime };
}

/** No expiry is the latest of all. */
function msOf(expires: string | undefined): number {
  return expires === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(expires);
}

function tagOfSibling(entry: Entry, wanted: OwnerTag): OwnerTag {
  const { tag } = entry;
  if (tag === undefined) {
    throw new OffshootError("NOT_OURS", `The database ${entry.name} exists and carries no owner tag of offshoot.`, {
      meaning: "It may be somebody else's, so it is neither used nor removed.",
      remedy: "Rename or drop it, or choose another run name.",
    });
  }
  const isSibling =
    tag.kind === wanted.kind &&
    (tag.kind === "base" ? tag.fingerprint === wanted.fingerprint : tag.run === wanted.run && tag.repository === wanted.repository);
  if (!isSibling) {
    throw new OffshootError("NOT_OURS", `The database ${entry.name} belongs to the run ${tag.run} of ${tag.repository}.`, {
      meaning: "It is neither used nor removed for another run.",
      remedy: "Choose another run name.",
    });
  }
  return tag;
}
