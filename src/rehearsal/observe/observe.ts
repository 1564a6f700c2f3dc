import { setTimeout as timer } from "node:timers/promises";
import { serverOf } from "../../broker/backend.ts";
import { openBroker } from "../../broker/broker.ts";
import type { ServerError } from "../../postgres/server-error.ts";
import { type Session, withSession } from "../../postgres/connect.ts";
import { type DirectUrl, parseUrl } from "../../postgres/url.ts";
import { checksConnection } from "../../readiness/admission.ts";
import { brokerUrl } from "../../readiness/fence.ts";
import { isLimit } from "../sql/lock-timeout.ts";
import { pauseBudget } from "./pause-budget.ts";
import { type Probe, type Prober, startProber } from "./prober.ts";
import type { RecordedTransaction, Recording, SentStatement } from "./recording.ts";
import { idOfDatabase, pidsOf, rollBackPrepared, untilSessionsEnded } from "./sessions.ts";
import { type DatabaseState, readState } from "./relations.ts";
import { markIn, type RevisionRecords } from "./revision-marks.ts";
import { type Sampled, type Sampler, startSampler } from "./sampler.ts";
import { recordSession } from "./session-recorder.ts";

/** What was seen while a command ran. */
export interface Observed<T> {
  readonly result: T;
  readonly startMs: number;
  readonly endMs: number;
  readonly before: DatabaseState;
  readonly after: DatabaseState;
  readonly recording: Recording;
  readonly sampled: Sampled;
  readonly probes: readonly Probe[];
  /** The process of the server for each session that passed the broker. */
  readonly pids: ReadonlyMap<string, number>;
  readonly pausedMs: number;
  /** Sessions that passed the broker. 0: the command had none, or did not use the broker. */
  readonly sessions: number;
  readonly errors: readonly ServerError[];
  /** Sessions of the command that had to be ended after it. */
  readonly left: number;
  /** Transactions that it had prepared and neither committed nor rolled back. */
  readonly prepared: number;
}

export interface ObserveOptions {
  /** The database in which the command runs. */
  readonly url: DirectUrl;
  /** Starts the name of the command's sessions; at most 40 bytes. */
  readonly name: string;
  /** False: the command cannot reach a listener on loopback, and connects to the server itself with `name` as PGAPPNAME. */
  readonly useBroker: boolean;
  readonly records: RevisionRecords | undefined;
  /** The processes of the server for sessions that others have in the copy meanwhile, such as those of the traffic. Default none. */
  readonly others?: (() => readonly number[]) | undefined;
  readonly signal: AbortSignal;
}

/** Statements that are kept. */
const MOST_STATEMENTS = 50_000;
/** A look waits this long for a catalog that somebody locks. */
const LOOK_WAITS_MS = 20;
/** Before PostgreSQL 15, statistics reach other sessions after at most half a second (documentation, "The Statistics Collector"). */
const STATISTICS_MS = 700;

/** Runs `work` with a URL, and observes the sessions that use it. Throws what `work` throws, and the error of a lost connection. */
export async function observe<T>(options: ObserveOptions, work: (url: DirectUrl) => Promise<T>): Promise<Observed<T>> {
  const session = { applicationName: "offshoot:rehearsal", signal: options.signal };
  return withSession(
    options.url,
    (control) =>
      withSession(
        options.url,
        (looking) => withSession(options.url, (probing) => run(options, { control, looking, probing }, work), session),
        session,
      ),
    session,
  );
}

function now(): number {
  return performance.now();
}

async function run<T>(
  options: ObserveOptions,
  { control, looking, probing }: Readonly<Record<"control" | "looking" | "probing", Session>>,
  work: (url: DirectUrl) => Promise<T>,
): Promise<Observed<T>> {
  const { url, name, useBroker, records, others = () => [] } = options;
  const before = await readSettledState(control);
  const pids = new Map<string, number>();
  const open = new Set<number>();
  const statements: SentStatement[] = [];
  const transactions: RecordedTransaction[] = [];
  let dropped = 0;
  const keep = <E>(list: E[], each: E): void => void (list.length < MOST_STATEMENTS ? list.push(each) : (dropped += 1));
  const startMs = now();
  const budget = pauseBudget(() => now() - startMs);
  // A probe that gets a lock could make such a statement fail.
  let isSensitive = false;
  const mayLock = (): boolean => useBroker && !isSensitive;
  // Behind a pooler, a setting would stay in a session of others.
  const prober: Prober | undefined =
    probing.isPooled === true ? undefined : await startProber({ session: probing, relations: before.relations, now, mayLock });
  if (looking.isPooled !== true) await looking.query(`set lock_timeout = ${LOOK_WAITS_MS}`);
  const [ownPids, database] = [await pidsOf([control, looking, probing]), await idOfDatabase(control)];
  const seenPids = new Set<number>();
  const sampler = startSampler({
    session: looking,
    pids: () => [...open],
    foreignPids: () => [...ownPids, ...others()],
    database,
    knowsStatements: useBroker,
    now,
    // Only the last statements can be running: a session has one at a time.
    runningSince: () => statements.slice(-open.size - 1).find(({ endMs }) => endMs === undefined)?.startMs,
    seen(sample) {
      for (const { pid } of sample.locks) seenPids.add(pid);
      prober?.seen(sample);
    },
  });
  const broker = useBroker ? await openBroker() : undefined;
  try {
    broker?.serve({
      server: await serverOf(url),
      database: parseUrl(url).database,
      nameOf: (nonce) => `${name}:${nonce}`,
      checksConnection: await checksConnection(control),
      async admit(session) {
        const pid = await pidOf(control, session);
        if (pid === undefined) return "the server does not list this session, so its locks cannot be observed";
        pids.set(session, pid);
        open.add(pid);
        return undefined;
      },
      observe: (session, settings) => {
        const lockTimeout = settings.get("lock_timeout");
        const tap = recordSession({
          session,
          startsLimited: lockTimeout === undefined ? undefined : isLimit(lockTimeout),
          now,
          markOf: (sql, parameters) => (records === undefined ? undefined : markIn(sql, parameters(), records)),
          add(statement) {
            keep(statements, statement);
            isSensitive ||= /\bnowait\b|\block_timeout\b|\bskip locked\b/i.test(statement.sql);
            // The server gets the statement after this, and needs a moment to lock what it names. A shorter one has ended by then.
            setTimeout(() => {
              if (statement.endMs === undefined) sampler.wake();
            }, 2).unref();
          },
          begin: (transaction) => keep(transactions, transaction),
          beforeNext: (_, isLast) => lookFirst(sampler, budget, isLast),
        });
        return {
          ...tap,
          ended() {
            tap.ended();
            open.delete(pids.get(session) ?? 0);
          },
        };
      },
    });
    const result = await work(broker === undefined ? url : brokerUrl(url, broker.port));
    const endMs = now();
    const left = await untilSessionsEnded(control, name, () => [...seenPids]);
    const sampled = await sampler.stop();
    const probes = (await prober?.stop()) ?? [];
    const prepared = await rollBackPrepared(control);
    const after = await readSettledState(control, before.statisticsAreLate);
    const { admitted: sessions, errors } = broker?.counts() ?? { admitted: 0, errors: [] };
    const recording = { statements, transactions, dropped };
    return {
      result,
      startMs,
      endMs,
      before,
      after,
      recording,
      sampled,
      probes,
      pids,
      pausedMs: budget.spentMs(),
      sessions,
      errors,
      left,
      prepared,
    };
  } finally {
    broker?.close();
    await sampler.stop().catch(() => {});
  }
}

/** The state with the statistics of everything that ended before. `isLate`: known from an earlier state. */
async function readSettledState(session: Session, isLate?: boolean): Promise<DatabaseState> {
  if (isLate === true) await timer(STATISTICS_MS);
  const state = await readState(session);
  return isLate === undefined && state.statisticsAreLate ? readSettledState(session, true) : state;
}

function lookFirst(sampler: Sampler, budget: ReturnType<typeof pauseBudget>, isLast: boolean): Promise<boolean> | undefined {
  if (!budget.allows(isLast)) return undefined;
  const fromMs = now();
  return sampler.look().then(() => {
    budget.spend(now() - fromMs);
    return true;
  });
}

async function pidOf(control: Session, name: string): Promise<number | undefined> {
  const [row] = await control.query<{ pid: number }>(
    `select a.pid from pg_catalog.pg_stat_activity a
      where a.application_name operator(pg_catalog.=) $1 and a.datname operator(pg_catalog.=) pg_catalog.current_database()`,
    [name],
  );
  return row?.pid;
}
