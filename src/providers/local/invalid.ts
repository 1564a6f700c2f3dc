import { codeOf } from "../../errors.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { tagOfSameRun } from "./adopt.ts";
import type { Entry, Snapshot } from "./databases.ts";
import { dropDatabase } from "./drop.ts";
import type { Bounds } from "./server.ts";

/**
 * Removes what an interrupted DROP left of the run's own database, so that it can be created again. Throws `NOT_OURS`. Says so, because
 * its rows are lost.
 */
export async function dropInvalid(session: Session, { name }: Entry, wanted: OwnerTag, { within, emit }: Bounds): Promise<void> {
  const dropped = await dropDatabase(session, name, within, (entry) => {
    tagOfSameRun(entry, wanted);
    return !entry.isValid;
  });
  if (dropped === "deleted") emit({ kind: "warning", text: recreated(name) });
}

/**
 * Does the same for a database that the server lists, although its files are missing. Servers from before August 2023 leave that after an
 * interrupted DROP, and mark nothing. A database that was dropped meanwhile, or created again, has another oid. PostgreSQL 14 and older
 * copy such a base without an error: then the base is dropped, and the next attempt drops the copy.
 */
export async function dropWithoutFiles(session: Session, name: string, created: Created, { within, emit }: Bounds): Promise<void> {
  const { tag, base, snapshot } = created;
  const lost = base ?? snapshot.entries.find((entry) => entry.name === name);
  if (lost === undefined) return;
  const dropped = await dropDatabase(session, lost.name, within, (entry) => {
    if (base === undefined) tagOfSameRun(entry, tag);
    return entry.oid === lost.oid;
  });
  if (dropped === "deleted" && base === undefined) emit({ kind: "warning", text: recreated(name) });
}

/** What is known of a database that was created or adopted. */
interface Created {
  readonly tag: OwnerTag;
  readonly base: Entry | undefined;
  /** The state of the server before. */
  readonly snapshot: Snapshot;
}

function recreated(name: string): string {
  return `The database ${name} was only partly dropped: a DROP of it was interrupted. Its rest was removed, and it is created again, without its earlier content.`;
}

/** Whether a database could not be copied because it is invalid or its files are missing. */
export function isWithoutFiles(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === SQLSTATE.undefinedFile || code === SQLSTATE.notInPrerequisiteState;
}

/** What is shown for a database that an interrupted DROP left. */
export function describeInvalid(name: string): string {
  return `The database ${name} cannot be used: a DROP of it was interrupted. \`offshoot up\` creates it again, and \`offshoot down\` removes it.`;
}
