import { codeOf } from "../errors.ts";
import { type Deadline, jitter } from "../deadline.ts";
import type { Session } from "../postgres/connect.ts";
import { isPassing, LOST_CREATION_RACE, SQLSTATE } from "../postgres/sqlstate.ts";

/**
 * The note that its last user leaves in a database which it removes. Neon deletes a branch some time after it has said
 * yes, and a job that came in between would lose the database in the midst of its tests.
 */
const TABLE = "offshoot.ending";

/** Milliseconds between two looks at a database that is being removed. */
const LOOK_MS = 250;

/**
 * To be written by who holds the database alone. Where it can't be, as by a role without the right, on a full disk or
 * under an event trigger that forbids it, the database is to go all the same. Throws where the session is lost: then
 * somebody else may hold the database.
 */
export async function writeEnding(session: Session): Promise<void> {
  const write = (): Promise<unknown> => session.query(`create schema if not exists offshoot; create table if not exists ${TABLE} ()`);
  await write()
    .catch((thrown: unknown) => {
      // Somebody who has no share yet may create the schema at the same moment, for the gate.
      if (LOST_CREATION_RACE.includes(codeOf(thrown) ?? "")) return write();
      throw thrown;
    })
    .catch((thrown: unknown) => {
      if (session.lost.aborted || isPassing(thrown)) throw thrown;
    });
}

export async function eraseEnding(session: Session): Promise<void> {
  try {
    await session.query(`drop table if exists ${TABLE}`);
  } catch (thrown) {
    if (codeOf(thrown) !== SQLSTATE.insufficientPrivilege) throw thrown;
  }
}

/**
 * Whether the database goes, for one who may use it from now on. Where the note stands, its writer was either heard or
 * killed before it could ask: a database that is still there at the end of `within`, and `stays` as far as its provider
 * knows, is kept, and the note is erased.
 */
export async function isEnding(session: Session, within: Deadline, stays: () => Promise<boolean>): Promise<boolean> {
  try {
    while (await stands(session)) {
      if (within.leftMs() <= LOOK_MS) {
        if (!(await stays())) return true;
        await eraseEnding(session);
        return false;
      }
      await within.pause(jitter(LOOK_MS) / 2);
    }
    return false;
  } catch (thrown) {
    if (session.lost.aborted) return true;
    throw thrown;
  }
}

async function stands(session: Session): Promise<boolean> {
  const [row] = await session.query<{ stands: boolean }>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'offshoot' and c.relname = 'ending') as stands`,
  );
  return row?.stands ?? false;
}
