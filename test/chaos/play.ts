import { setTimeout as pause } from "node:timers/promises";
import { deadline } from "../../src/deadline.ts";
import { withSession } from "../../src/postgres/connect.ts";
import { waitUntilReady } from "../../src/postgres/ready.ts";
import type { TestServer } from "../support/server.ts";
import { doFault, type Target } from "./faults.ts";
import { broken } from "./invariants.ts";
import { isRunning, signalAll } from "./processes.ts";
import { openProxy } from "./proxy.ts";
import { type Runner, startRunner, WITHIN_S } from "./runner.ts";
import type { Schedule } from "./schedule.ts";
import { startTimeline } from "./timeline.ts";
import { prepareTrace, readTrace } from "./trace.ts";

/** The result of a schedule. */
export interface Played {
  readonly seed: number;
  /** The promises that were broken. */
  readonly broken: readonly string[];
  readonly timeline: string;
  /** Whether the migration became ready. */
  readonly ready: boolean;
  /** How often another leader began. */
  readonly takeovers: number;
}

/** Runs one schedule in a new database and checks all promises. */
export async function play(schedule: Schedule, server: TestServer): Promise<Played> {
  const timeline = startTimeline();
  const name = `chaos_${schedule.seed}`;
  const url = await server.createDatabase(name);
  await withSession(url, prepareTrace);
  const proxy = await openProxy(server.port);
  const far = new URL(url);
  far.port = String(proxy.port);
  const runners: Runner[] = [];
  const target: Target = { server, url, proxy, runners, timeline };
  const startAll = schedule.runners.map(async (plan, place) => {
    await pause(plan.startAtMs);
    runners.push(startRunner(`runner ${place + 1}`, plan, schedule, plan.throughProxy ? far.href : url, timeline));
  });
  const faults = schedule.faults.map(async (fault) => {
    await pause(fault.atMs);
    await doFault(fault, target).catch((thrown: unknown) => timeline.add("fault", `${fault.kind} failed: ${String(thrown)}`));
  });
  await Promise.all(startAll);
  const ends = await allEnds(runners);
  await Promise.all(faults);
  await waitUntilReady(url, deadline("the server after its faults", 30_000));
  const { traces, states } = await readTrace(url);
  const left = await findLeftovers(
    url,
    traces.map(({ pid }) => pid),
  );
  const broke = broken({ schedule, ends, traces, states, left });
  for (const { token, step, pid, at, seen } of traces.filter((trace) => !trace.step.endsWith("tick"))) {
    timeline.add(
      "trace",
      `${token.slice(0, 4)} ${step} (${pid}) at ${at.toISOString().slice(11, 23)} ${seen === null ? "" : JSON.stringify(seen)}`,
    );
  }
  for (const { state, epoch, at } of states) timeline.add("marker", `${state}, epoch ${epoch}, at ${at.toISOString().slice(11, 23)}`);
  proxy.close();
  await withSession(server.url, (session) => session.query(`drop database ${name} with (force)`));
  const epochs = new Set(states.map(({ epoch }) => epoch));
  return {
    seed: schedule.seed,
    broken: broke,
    timeline: timeline.text(),
    ready: states.at(-1)?.state === "ready",
    takeovers: Math.max(0, epochs.size - 1),
  };
}

/** Waits for every runner. A runner that hangs is killed and reported with its time. */
async function allEnds(runners: readonly Runner[]): Promise<readonly (Awaited<Runner["ended"]> & { stoppedMs: number })[]> {
  const hanging = new AbortController();
  const timeLimit = pause((WITHIN_S + 10) * 1000, undefined, { signal: hanging.signal }).then(
    () =>
      signalAll(
        runners.flatMap(({ child }) => child.pid ?? []),
        "SIGKILL",
      ),
    () => {},
  );
  const ended = await Promise.all(runners.map(async (runner) => ({ ...(await runner.ended), runner })));
  hanging.abort();
  await timeLimit;
  return ended.filter(({ runner }) => !runner.killed).map(({ runner, ...end }) => ({ ...end, stoppedMs: runner.stoppedMs }));
}

/** Commands and sessions of migrations that still exist three seconds after the last leader. */
async function findLeftovers(url: string, pids: readonly number[]): Promise<readonly string[]> {
  for (const end = performance.now() + 3000; ; await pause(100)) {
    const sessions = await withSession(url, (session) =>
      session.query<{ name: string }>(
        "select application_name as name from pg_stat_activity where datname = current_database() and application_name like 'offshoot:migrate:%'",
      ),
    );
    const processes = [...new Set(pids)].filter(isRunning);
    const left = [...sessions.map(({ name }) => `session ${name}`), ...processes.map((pid) => `process ${pid}`)];
    if (left.length === 0 || performance.now() > end) return left;
  }
}
