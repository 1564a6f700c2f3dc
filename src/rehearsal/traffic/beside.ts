import { setTimeout as timer } from "node:timers/promises";
import { cancelled } from "../../deadline.ts";
import { connect, type Session, withSession } from "../../postgres/connect.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { CollectedPhases } from "./latency.ts";
import { invalidTraffic } from "./parse.ts";
import { startPlayer } from "./player.ts";
import type { Traffic } from "./traffic.ts";
import { type IsParameter, readyStatements } from "./values.ts";

/** The name of the traffic's sessions. */
const NAME = "offshoot:traffic";
/** For each query of values, and for each statement that is tried. */
const TRIAL_MS = 30_000;
/** For the statement that ends the sessions. */
const END_MS = 5000;

export interface BesideOptions {
  readonly url: DirectUrl;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Runs the traffic beside `work`, which gets the processes of its sessions, and for the configured times before and after it. Throws `CONFIG_INVALID` when a statement
 * fails before anything changed, and what `work` throws. No session of the traffic is left afterwards.
 */
export async function trafficBeside<T>(
  traffic: Traffic,
  { url, random, signal }: BesideOptions,
  work: (pids: () => readonly number[]) => Promise<T>,
): Promise<{ readonly result: T; readonly collections: readonly CollectedPhases[]; readonly isParameter: IsParameter }> {
  const own = { applicationName: NAME, settings: "database", signal } as const;
  const { statements, isParameter } = await withSession(
    url,
    async (session) => {
      await session.query(`set statement_timeout = ${TRIAL_MS}`);
      const { ready, problems, isParameter: isValue } = await readyStatements(session, traffic, random);
      if (problems.length > 0) throw invalidTraffic(traffic.file, problems);
      return { statements: ready, isParameter: isValue };
    },
    own,
  );
  const { ratePerSecond, sessions, timeoutMs, beforeMs, afterMs } = traffic;
  const pids: number[] = [];
  const open = async (): Promise<Session> => {
    const session = await connect(url, own);
    if (session.reportedPid !== undefined) pids.push(session.reportedPid);
    if (timeoutMs !== undefined) await session.query(`set statement_timeout = ${Math.trunc(timeoutMs)}`);
    return session;
  };
  const endAll = (): Promise<void> => endSessions(url);
  const player = await startPlayer({ ratePerSecond, sessions, statements, open, endAll, random, now: () => performance.now() });
  let collections: readonly CollectedPhases[] = [];
  let result: T;
  try {
    await wait(beforeMs, signal);
    player.enter("during");
    result = await work(() => pids);
    player.enter("after");
    await wait(afterMs, signal);
  } finally {
    collections = await player.stop();
  }
  return { result, collections, isParameter };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => {
    throw cancelled("the rehearsal");
  });
}

/** A statement can wait for a lock for ever, such as when the migration failed and left a transaction open. */
function endSessions(url: DirectUrl): Promise<void> {
  return withSession(
    url,
    async (session) => {
      await session.query(
        `select pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a
          where a.application_name operator(pg_catalog.=) $1 and a.datname operator(pg_catalog.=) pg_catalog.current_database()`,
        [NAME],
      );
    },
    { connectMs: END_MS, queryMs: END_MS },
  );
}
