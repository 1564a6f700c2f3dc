/**
 * Measures the readiness protocol: the time that it adds to a migration command, the time until a killed leader is
 * replaced (goal: 5 s), and the time until all waiters have seen a failure (goal: 1 s) or a success (goal: 1 s).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "../test/support/session.ts";
import { startServer } from "../test/support/server.ts";
import { compare, median, table } from "./compare.ts";

const BIN = new URL("../bin/offshoot.js", import.meta.url).pathname;
const ROUNDS = 5;
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

async function figure(name: string, goalMs: number, measure: () => Promise<number>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await measure());
  const range = `${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)}`;
  console.log(`${name}: median ${median(times).toFixed(0)} ms (${range}), goal at most ${goalMs} ms`);
}

try {
  const sides = await compare(ROUNDS, {
    "the bare command": async () => void (await once(spawn("sh", ["-c", "sleep 1"]), "exit")),
    "behind offshoot migrate": async () => void (await offshoot(await freshDatabase(), "sh", "-c", "sleep 1").ended),
  });
  console.log(table(sides));
  await figure(`a killed leader is replaced, with ${WAITERS} waiters`, 5000, takeover);
  await figure(`the last of ${WAITERS} waiters ends after a failure`, 1000, () => spread("sh", "-c", "sleep 2.5; exit 1"));
  await figure(`the last of ${WAITERS} waiters ends after a success`, 1000, () => spread("sh", "-c", "sleep 2.5"));
} finally {
  await watch.close();
  await server.stop();
}
