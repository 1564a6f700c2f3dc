import { codeOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { withLock } from "../../postgres/lock.ts";
import { LOST_CREATION_RACE, SQLSTATE } from "../../postgres/sqlstate.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import { deadline, type Deadline } from "../../deadline.ts";
import { commentOn, formatComment } from "./comment.ts";
import { copyStatement, nameAndTag } from "./create.ts";
import { type Entry, readDatabases, type Snapshot } from "./databases.ts";
import { dropEntry } from "./drop.ts";
import { lockOf, releaseAll, tryCreatorLocks } from "./locks.ts";
import { scratchName, templateName } from "./names.ts";
import { propertyStatements } from "./properties.ts";
import { withinSession } from "./session.ts";

/** Runs wait while the copy is made; a database that takes longer than this is not worth their time. */
const COPY_MS = 2500;

/** The age of a base is kept to the hour: to the second would mean a write per run. */
const USED_STEP_MS = 3_600_000;

export interface KeepRequest {
  /** URL of the maintenance database. */
  readonly url: string;
  /** The run's database. */
  readonly database: string;
  /** The run's tag: the base is tagged with who made it. */
  readonly tag: OwnerTag;
  readonly fingerprint: string;
  readonly stillTrue: () => Promise<boolean>;
  readonly quickCheckpoints: boolean;
  readonly signal: AbortSignal;
}

/** `Database.keepAsBase` over a local server: a template database per fingerprint, which nobody can connect to. */
export function keepAsBase(request: KeepRequest): Promise<boolean> {
  const within = deadline("keeping the migrated database as a base", 2 * COPY_MS, request.signal);
  return withinSession(request.url, within, async (session) => {
    const name = templateName(request.fingerprint);
    const scratch = scratchName();
    const { entries, major, now } = await readDatabases(session);
    if (entries.some((entry) => entry.name === name)) return true;
    if (!(await tryCreatorLocks(session, name, scratch))) return false;
    if (!(await copied(session, copyStatement(scratch, request.database, request.quickCheckpoints && major >= 15)))) return false;
    try {
      if (!(await request.stillTrue())) return await discard(session, scratch);
    } catch (thrown) {
      await discard(session, scratch);
      throw thrown;
    }
    return seal(session, request, scratch, name, now);
  });
}

/** False when the copy can't be had in time: somebody is connected, it is too large, or the source is gone. */
async function copied(session: Session, statement: string): Promise<boolean> {
  await session.query(`set statement_timeout = ${COPY_MS}`);
  try {
    await session.query(statement);
  } catch (thrown) {
    const quiet: readonly (string | undefined)[] = [SQLSTATE.objectInUse, SQLSTATE.queryCanceled, SQLSTATE.undefinedDatabase];
    if (!quiet.includes(codeOf(thrown))) throw thrown;
    await releaseAll(session);
    return false;
  }
  await session.query("set statement_timeout = 0");
  return true;
}

async function discard(session: Session, scratch: string): Promise<false> {
  await dropEntry(session, { name: scratch, isTemplate: false });
  return false;
}

/** Names, tags and closes the copy at once: a base is never seen open or without its tag. */
async function seal(session: Session, request: KeepRequest, scratch: string, name: string, now: Date): Promise<true> {
  const tag: OwnerTag = { ...request.tag, kind: "base", expires: undefined, lifetime: undefined, fingerprint: request.fingerprint };
  const properties = await propertyStatements(session, request.database, scratch);
  const closed = `alter database ${identifier(scratch)} with is_template true allow_connections false`;
  try {
    await nameAndTag(session, scratch, name, formatComment(tag, now), [...properties, closed]);
  } catch (thrown) {
    if (!LOST_CREATION_RACE.includes(codeOf(thrown) ?? "")) throw thrown;
  }
  return true;
}

/** Notes that a run started from a base, so that it isn't taken for unused. */
export async function touchBase(session: Session, base: Entry, { now }: Snapshot, within: Deadline): Promise<void> {
  const { tag, lastUsedAt } = base;
  if (tag === undefined || (lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() < USED_STEP_MS)) return;
  await withLock(session, lockOf(base.name), within, async () => {
    const { entries } = await readDatabases(session);
    if (entries.some((entry) => entry.name === base.name)) await session.query(commentOn(base.name, formatComment(tag, now)));
  });
}
