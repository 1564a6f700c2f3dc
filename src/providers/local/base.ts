import { deadline, type Deadline } from "../../deadline.ts";
import { codeOf } from "../../errors.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { withLock } from "../../postgres/lock.ts";
import { LOST_CREATION_RACE, SQLSTATE } from "../../postgres/sqlstate.ts";
import type { Listener } from "../../events.ts";
import { type BaseLimits, dropExcess } from "./base-limits.ts";
import { copyStatement, propertyStatements } from "./copy.ts";
import { nameAndTag } from "./create.ts";
import { commentOn, type Entry, formatComment, readDatabases, type Snapshot } from "./databases.ts";
import { dropEntry } from "./drop.ts";
import { lockOf, releaseAll, tryCreatorLocks } from "./locks.ts";
import { scratchName, templateName } from "./names.ts";
import type { BaseRecord } from "../provider.ts";
import { withinSession } from "./server.ts";

/** Runs wait while the copy is made. A copy that takes longer than this costs more than it saves. */
const COPY_MS = 2500;

/**
 * The last use of a base is written once an hour, and also when another base was used since: the limits of the bases need
 * their order. A finer time would need a write in each run.
 */
const LAST_USE_STEP_MS = 3_600_000;

export interface KeepAsBaseRequest {
  /** URL of the maintenance database. */
  readonly url: string;
  /** The run's database. */
  readonly database: string;
  /** The run's tag, which the base gets as the tag of its creator. */
  readonly tag: OwnerTag;
  readonly fingerprint: string;
  readonly record?: BaseRecord | undefined;
  readonly stillTrue: () => Promise<boolean>;
  readonly quickCheckpoints: boolean;
  readonly baseLimits: BaseLimits | undefined;
  readonly emit: Listener;
  readonly signal: AbortSignal;
}

/** `Database.keepAsBase` on a local server: one template database for each fingerprint, to which no session can connect. */
export function keepAsBase(request: KeepAsBaseRequest): Promise<boolean> {
  const within = deadline("keeping the migrated database as a base", 2 * COPY_MS, request.signal);
  return withinSession(request.url, within, async (session) => {
    const name = templateName(request.fingerprint);
    const scratch = scratchName();
    const { entries, major, now } = await readDatabases(session);
    const existing = entries.find((entry) => entry.name === name);
    if (existing !== undefined && (existing.isValid || !existing.isOwn || existing.tag?.kind !== "base")) return existing.isOwn;
    if (!(await tryCreatorLocks(session, name, scratch))) return false;
    if (existing !== undefined) await dropEntry(session, existing);
    if (!(await tryToCopy(session, copyStatement(scratch, request.database, request.quickCheckpoints && major >= 15)))) return false;
    try {
      if (!(await request.stillTrue())) return await discard(session, scratch);
    } catch (thrown) {
      await discard(session, scratch);
      throw thrown;
    }
    await publishBase(session, request, scratch, name, now);
    if (request.baseLimits !== undefined) await dropExcess(session, request.baseLimits, within, request.emit);
    return true;
  });
}

/** False when no copy was made: a session is open in the database, the copy took too long, or the database was dropped. */
async function tryToCopy(session: Session, statement: string): Promise<boolean> {
  await session.query(`set statement_timeout = ${COPY_MS}`);
  try {
    await session.query(statement);
  } catch (thrown) {
    const expected: readonly (string | undefined)[] = [SQLSTATE.objectInUse, SQLSTATE.queryCanceled, SQLSTATE.undefinedDatabase];
    if (!expected.includes(codeOf(thrown))) throw thrown;
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

/** Gives the copy its name and its tag and closes it for sessions, all in one transaction. */
async function publishBase(session: Session, request: KeepAsBaseRequest, scratch: string, name: string, now: Date): Promise<void> {
  const tag: OwnerTag = {
    ...request.tag,
    kind: "base",
    expires: undefined,
    lifetime: undefined,
    fingerprint: request.fingerprint,
    ...request.record,
  };
  const properties = await propertyStatements(session, request.database, scratch);
  const close = `alter database ${identifier(scratch)} with is_template true allow_connections false`;
  try {
    await nameAndTag(session, scratch, name, formatComment(tag, now), [...properties, close]);
  } catch (thrown) {
    if (!LOST_CREATION_RACE.includes(codeOf(thrown) ?? "")) throw thrown;
  }
}

/** Writes down that a run started from the base, so that the base does not count as unused. */
export async function touchBase(session: Session, base: Entry, snapshot: Snapshot, within: Deadline): Promise<void> {
  const { now } = snapshot;
  const { tag, lastUsedAt } = base;
  const isRecent = lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() < LAST_USE_STEP_MS;
  const isLatest = snapshot.entries.every(
    (other) => !other.isTemplate || other === base || (other.lastUsedAt ?? new Date(0)) < (lastUsedAt ?? new Date(0)),
  );
  if (tag === undefined || (isRecent && isLatest)) return;
  await withLock(session, lockOf(base.name), within, async () => {
    const { entries } = await readDatabases(session);
    if (entries.some((entry) => entry.name === base.name)) await session.query(commentOn(base.name, formatComment(tag, now)));
  });
}
