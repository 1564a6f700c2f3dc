import type { Context } from "../../context/context.ts";
import { deadline } from "../../deadline.ts";
import { codeOf, OffshootError } from "../../errors.ts";
import { type Session, withSession } from "../../postgres/connect.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { withDatabase } from "../../postgres/url.ts";
import { copyWhenFree, nameSessions, type Open } from "../../providers/clones/copy-when-free.ts";
import type { Database } from "../../providers/provider.ts";
import { SESSION_NAME } from "../../readiness/session.ts";
import type { OwnDatabase } from "../rehearse/copy.ts";

/** Programs that only look in get this long to end their sessions. */
const FREE_MS = 5000;
const COPY_MS = 60_000;

/**
 * The run's database for the rehearsal of its leader, who has a session in it. A server copies a database for the only session that
 * is open in it, so the leader's session does it. Jobs that wait connect again by themselves. Undefined where copies are
 * expensive.
 */
export function leadersCopy(
  context: Context,
  { name, provider, tag, directUrl, copy }: Database,
  session: Session,
): OwnDatabase | undefined {
  if (copy === undefined) return undefined;
  // The heartbeat waits behind the copy, and must not be late.
  const longestMs = Math.round(context.settings.timeouts.leaseMs / 3);
  return {
    name,
    provider,
    tag,
    serverUrl: withDatabase(directUrl, "postgres"),
    // The leader's session cannot read the search path of the database.
    read: (work) => withSession(directUrl, work, { signal: context.signal }),
    copy: (signal) => copy(signal, (statement) => copyInTime(session, statement, longestMs, signal)),
  };
}

async function copyInTime(session: Session, statement: string, longestMs: number, signal: AbortSignal): Promise<void> {
  const within = deadline("copying the run's database", COPY_MS, signal);
  await session.query(`set statement_timeout = ${longestMs}`);
  try {
    await copyWhenFree(session, statement, within, {
      freeMs: FREE_MS,
      copyFor: { alsoEnded: `a.application_name = '${SESSION_NAME}'`, inUse },
    });
  } catch (thrown) {
    throw codeOf(thrown) === SQLSTATE.queryCanceled ? tooLong(longestMs) : thrown;
  } finally {
    await session.query("set statement_timeout = 0").catch(() => {});
  }
}

function inUse(sessions: readonly Open[]): OffshootError {
  return new OffshootError(
    "DATABASE_IN_USE",
    `This run's database was not copied for the rehearsal, because other sessions are open in it: ${nameSessions(sessions)}.`,
    {
      meaning: "Postgres copies a database only while nobody else is connected to it.",
      remedy: "Stop the programs that use it, and run the command again.",
    },
  );
}

function tooLong(ms: number): OffshootError {
  return new OffshootError("DATABASE_IN_USE", `The copy of this run's database for the rehearsal took longer than ${ms / 1000} s.`, {
    meaning: "The job that migrates has no more time for it: a third of timeouts.lease. Then others would take it for dead.",
    remedy: "Set timeouts.lease to a longer time, or run `offshoot rehearse` before `offshoot migrate`, without --rehearse.",
  });
}
