// @module-tag proof
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../support/session.ts";
import { directUrl } from "../../../src/postgres/url.ts";
import { type Pooler, startPooler } from "../../support/pgbouncer.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { migration, openScene, type Scene, startJob, TIMINGS } from "./scene.ts";

const PROCESSES = 10;
const CALLERS = 50;
/** A new session and its first answer take this long on an idle machine. The limits below are meant for such a machine. */
const QUIET_MS = 25;

let server: TestServer;
let pooler: Pooler | undefined;

beforeAll(async () => {
  server = await startServer({ max_connections: 100 });
  pooler = await startPooler(server.url, 20);
});

afterAll(async () => {
  await pooler?.stop();
  await server.stop();
});

/** Counts the sessions without those of the leader and its command. The returned function stops and returns the highest number. */
async function watchConnections(scene: Scene): Promise<() => Promise<number>> {
  const session = await connect(server.url);
  let most = 0;
  const done = new AbortController();
  const watching = (async () => {
    while (!done.signal.aborted) {
      const [row] = await session.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity
         where datname = $1 and application_name not like 'offshoot:migrate:%' and pid not in (select pid from pg_locks where locktype = 'advisory' and objid = (hashtext('offshoot:readiness')::bigint & 4294967295)::oid)`,
        [scene.name],
      );
      most = Math.max(most, row?.count ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await session.close();
  })();
  return async () => {
    done.abort();
    await watching;
    return most;
  };
}

interface Seen {
  /** Milliseconds from ready to each result, sorted. */
  readonly late: readonly number[];
  readonly most: number;
  readonly states: ReadonlySet<string>;
  /** How many times slower than an idle machine this machine is while all callers wait. At least 1. */
  readonly slowness: number;
}

async function fiveHundredWait(urlOf: (url: string) => string): Promise<Seen> {
  const scene = await openScene(server.url);
  await scene.query("create table go ()");
  const request = scene.request(migration(0, "until-go"), { timings: { ...TIMINGS, pollMs: 250, heartbeatMs: 1000 } });
  const leader = startJob(request);
  await scene.until(async () => (await scene.traces()).length > 0);
  const stop = await watchConnections(scene);
  const waiting = Array.from({ length: PROCESSES }, () =>
    startJob({ ...request, url: directUrl(urlOf(request.url)) }, CALLERS, { onlyWaits: true }),
  );
  await scene.until(async () => (await countWaiters(scene)) === PROCESSES * CALLERS);
  const slowness = Math.max(1, (await sessionMs(scene)) / QUIET_MS);
  await scene.query("insert into go default values");
  const answers = (await Promise.all(waiting.map(({ timed }) => timed))).flat();
  const most = await stop();
  await leader.answers;
  const ready = (await scene.markers())[0]?.finishedAt?.getTime() ?? 0;
  await scene.drop();
  const late = answers.map(({ at }) => at - ready).toSorted((a, b) => a - b);
  return { late, most, states: new Set(answers.map(({ state }) => state)), slowness };
}

async function countWaiters(scene: Scene): Promise<number> {
  const [row] = await scene.query<{ count: number }>("select coalesce(sum(count), 0)::int as count from offshoot.waiters");
  return row?.count ?? 0;
}

/** Median milliseconds for a new session with one query. */
async function sessionMs(scene: Scene): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    const start = performance.now();
    await scene.query("select 1");
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[10] ?? 0;
}

/** The promises: true for each that was kept, otherwise the measured value. */
function kept({ late, most, states, slowness }: Seen, medianMs: number, mostMs: number): Record<string, unknown> {
  const at = (share: number): number => late[Math.floor(late.length * share)] ?? Number.NaN;
  return {
    answers: late.length,
    states: [...states],
    nobodyEarly: at(0) >= 0 || at(0),
    medianWithin: at(0.5) < medianMs * slowness || at(0.5),
    mostWithin: at(0.99) < mostMs * slowness || at(0.99),
    fewConnections: most < 30 || most,
  };
}

const ALL_KEPT = {
  answers: PROCESSES * CALLERS,
  states: ["waited"],
  nobodyEarly: true,
  medianWithin: true,
  mostWithin: true,
  fewConnections: true,
};

test("500 waiters in ten processes continue soon after ready, with few connections", async () => {
  expect(kept(await fiveHundredWait((url) => url), 300, 1000)).toEqual(ALL_KEPT);
});

test("500 waiters do the same through PgBouncer in transaction mode, while the leader connects directly", async ({ skip }) => {
  if (pooler === undefined) return skip();
  const { urlOf } = pooler;
  // No process can listen there.
  expect(kept(await fiveHundredWait((url) => urlOf(url)), 1000, 3000)).toEqual(ALL_KEPT);
});
