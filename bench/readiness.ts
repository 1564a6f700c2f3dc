/**
 * Measures the readiness protocol: the time that it adds to a migration command of a second (goal: 0.25 s), the time until a
 * killed leader is replaced (goal: 5 s), the time until eight waiting processes have ended after a failure or a success (goal: 1 s),
 * and the same for 500 callers in ten processes (goals: a median of 0.3 s, the 99th percentile at 1 s, fewer than 30 connections).
 * The argument `crowd` measures only the last.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "../test/support/session.ts";
import { startServer } from "../test/support/server.ts";
import { migration, openScene, type Scene, startJob, TIMINGS } from "../test/integration/readiness/scene.ts";
import { compare, median, table } from "./compare.ts";

const BIN = new URL("../bin/offshoot.js", import.meta.url).pathname;
const ROUNDS = 5;
const CROWD_ROUNDS = 3;
const WAITERS = 8;

const server = await startServer();
const watch = await connect(server.url);

interface Ended {
  readonly code: number | null;
  readonly at: number;
}

/** Starts one process of the CLI, and reports when it ended. */
function offshoot(url: string, ...command: string[]): { readonly pid: number; readonly ended: Promise<Ended> } {
  const args = [BIN, "migrate", "--run", "bench", "--url", "BENCH_URL", "--", ...command];
  const child = spawn(process.execPath, args, { env: { ...process.env, BENCH_URL: url }, stdio: "ignore" });
  return { pid: child.pid ?? 0, ended: once(child, "exit").then(([code]) => ({ code: code as number | null, at: performance.now() })) };
}

const freshDatabase = (): Promise<string> => server.createDatabase(`bench_${randomUUID().replaceAll("-", "")}`);

async function until(url: string, what: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const sql = "select 1 from pg_stat_activity where datname = $1 and application_name like $2";
  while ((await watch.query(sql, [name, what])).length === 0) await pause(5);
}

/** Milliseconds from the kill of a leader to the start of the next command. */
async function takeover(): Promise<number> {
  const url = await freshDatabase();
  const session = `const pg = (await import(${JSON.stringify(import.meta.resolve("pg"))})).default; const c = new pg.Client(process.env.DATABASE_URL); await c.connect(); await c.query("select pg_sleep(4)"); await c.end();`;
  const command = [process.execPath, "--input-type=module", "-e", session];
  const leader = offshoot(url, ...command);
  await until(url, "offshoot:migrate:%:1");
  const others = Array.from({ length: WAITERS }, () => offshoot(url, ...command));
  await pause(1500);
  process.kill(leader.pid, "SIGKILL");
  const killed = performance.now();
  await until(url, "offshoot:migrate:%:2");
  const took = performance.now() - killed;
  await Promise.all(others.map(({ ended }) => ended));
  return took;
}

/** Milliseconds from the end of the leader to the end of the last waiter. */
async function spread(...command: string[]): Promise<number> {
  const url = await freshDatabase();
  const leader = offshoot(url, ...command);
  await pause(600);
  const waiters = Array.from({ length: WAITERS }, () => offshoot(url, ...command));
  const [first, ...all] = await Promise.all([leader.ended, ...waiters.map(({ ended }) => ended)]);
  return Math.max(...all.map(({ at }) => at)) - first.at;
}

const PROCESSES = 10;
const CALLERS = 50;

/** Milliseconds from the leader's record to each caller's result, sorted, and the highest number of connections of the database. */
async function crowd(isGood: boolean): Promise<{ readonly late: readonly number[]; readonly most: number }> {
  const scene = await openScene(server.url);
  await scene.query("create table go ()");
  const request = scene.request(migration(0, "until-go", ...(isGood ? [] : ["fail" as const])), {
    timings: { ...TIMINGS, pollMs: 250, heartbeatMs: 1000 },
  });
  const leader = startJob(request);
  await scene.until(async () => (await scene.traces()).length > 0);
  const waiting = Array.from({ length: PROCESSES }, () => startJob(request, CALLERS, { onlyWaits: true }));
  await scene.until(async () => (await countWaiters(scene)) === PROCESSES * CALLERS);
  // Every process has polled several times, as in the middle of a migration.
  await pause(3000);
  let most = 0;
  const stopped = new AbortController();
  const counting = (async () => {
    const count = "select count(*)::int as count from pg_stat_activity where datname = $1";
    for (; !stopped.signal.aborted; await pause(10)) {
      const [row] = await watch.query<{ count: number }>(count, [scene.name]);
      most = Math.max(most, row?.count ?? 0);
    }
  })();
  await scene.query("insert into go default values");
  const answers = (await Promise.all(waiting.map(({ timed }) => timed))).flat();
  stopped.abort();
  await counting;
  await leader.answers;
  const finished = (await scene.markers())[0]?.finishedAt?.getTime() ?? 0;
  await scene.drop();
  const wrong = answers.filter(({ state }) => state !== (isGood ? "waited" : "MIGRATION_FAILED"));
  if (wrong.length > 0 || answers.length !== PROCESSES * CALLERS) throw new Error(`${answers.length} results, wrong: ${wrong.length}`);
  return { late: answers.map(({ at }) => at - finished).toSorted((a, b) => a - b), most };
}

async function countWaiters(scene: Scene): Promise<number> {
  const [row] = await scene.query<{ count: number }>("select coalesce(sum(count), 0)::int as count from offshoot.waiters");
  return row?.count ?? 0;
}

async function crowdFigure(name: string, isGood: boolean): Promise<void> {
  const rounds: Awaited<ReturnType<typeof crowd>>[] = [];
  for (let round = 0; round < CROWD_ROUNDS; round += 1) rounds.push(await crowd(isGood));
  const at = (share: number): string => rounds.map(({ late }) => late[Math.floor(late.length * share)]?.toFixed(0)).join(", ");
  console.log(
    `500 callers in ten processes continue after ${name}: median ${at(0.5)} ms, 99 of 100 within ${at(0.99)} ms; most connections ${rounds.map(({ most }) => most).join(", ")}`,
  );
}

async function figure(name: string, goalMs: number, measure: () => Promise<number>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await measure());
  const range = `${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)}`;
  console.log(`${name}: median ${median(times).toFixed(0)} ms (${range}), goal at most ${goalMs} ms`);
}

/** The times of whole processes. */
async function processes(): Promise<void> {
  const sides = await compare(ROUNDS, {
    "the bare command": async () => void (await once(spawn("sh", ["-c", "sleep 1"]), "exit")),
    "behind offshoot migrate": async () => void (await offshoot(await freshDatabase(), "sh", "-c", "sleep 1").ended),
  });
  console.log(table(sides));
  await figure(`a killed leader is replaced, with ${WAITERS} waiters`, 5000, takeover);
  await figure(`the last of ${WAITERS} waiters ends after a failure`, 1000, () => spread("sh", "-c", "sleep 2.5; exit 1"));
  await figure(`the last of ${WAITERS} waiters ends after a success`, 1000, () => spread("sh", "-c", "sleep 2.5"));
}

try {
  await crowdFigure("a success", true);
  await crowdFigure("a failure", false);
  if (process.argv[2] !== "crowd") await processes();
} finally {
  await watch.close();
  await server.stop();
}
