import { setTimeout as pause } from "node:timers/promises";
import { deadline } from "../../src/deadline.ts";
import { withSession } from "../support/session.ts";
import { waitUntilReady } from "../../src/postgres/ready.ts";
import { commandOf } from "./commands/command.ts";
import { removeContainers } from "./commands/image.ts";
import { doFault } from "./faults/faults.ts";
import type { Strike, Target } from "./faults/target.ts";
import { broken } from "./invariants/invariants.ts";
import { type Outcome, timeOf } from "./invariants/outcome.ts";
import { type Takeover, takeovers } from "./invariants/takeovers.ts";
import type { Lane } from "./lane.ts";
import { findLeftovers } from "./leftovers.ts";
import { type Fault, runOf, type Schedule } from "./plans.ts";
import { marked, signalAll } from "../support/processes.ts";
import { openProxy } from "./proxy.ts";
import { type End, type Runner, startRunner, WITHIN_S } from "./runner.ts";
import { embeddedStage } from "./stages/embedded.ts";
import { serverStage } from "./stages/server.ts";
import type { Stage } from "./stages/stage.ts";
import { startTimeline, type Timeline } from "./timeline.ts";
import { prepareTrace, readTrace } from "./trace.ts";

/** The result of a schedule. */
export interface Played {
  readonly schedule: Schedule;
  /** The promises that were broken. */
  readonly broken: readonly string[];
  readonly timeline: string;
  /** Whether a migration became ready. */
  readonly ready: boolean;
  /** How often another leader began. */
  readonly takeovers: number;
  readonly measured: readonly Takeover[];
}

/** Runs one schedule in a new database and checks all promises. */
export async function play(schedule: Schedule, lane: Lane): Promise<Played> {
  const timeline = startTimeline();
  const mark = `chaos-${process.pid}-${schedule.seed}`;
  const label = `offshoot-test=${mark}`;
  const command = (version: 1 | 2): readonly string[] =>
    commandOf({ plan: schedule.command, run: runOf(schedule, version), version, label, image: lane.image });
  const stage =
    schedule.stage === "embedded"
      ? await embeddedStage({ home: lane.home, run: runOf(schedule, 1), command: command(1) })
      : await serverStage(lane.server, schedule.seed);
  const proxy = await openProxy(Number(new URL(stage.url).port));
  try {
    await withSession(stage.url, prepareTrace);
    const strikes: Strike[] = [];
    const target: Target = { stage, proxy, runners: [], timeline, strikes, mark };
    const outcome = await act(schedule, target, command);
    const broke = [...broken(outcome), ...(await stage.check())];
    describe(outcome, timeline);
    const epochs = new Set(outcome.states.map(({ epoch }) => epoch));
    const runs = new Set(outcome.states.map(({ run }) => run));
    return {
      schedule,
      broken: broke,
      timeline: timeline.text(),
      ready: outcome.states.at(-1)?.state === "ready",
      takeovers: Math.max(0, epochs.size - runs.size),
      measured: takeovers(outcome),
    };
  } finally {
    // What left its process group, and containers, can outlive everything else.
    signalAll(marked(mark), "SIGKILL");
    if (schedule.command.shape === "container") await removeContainers(label);
    proxy.close();
    await stage.remove();
  }
}

/** Starts the runners, causes the faults, and collects what happened. */
async function act(schedule: Schedule, target: Target, command: (version: 1 | 2) => readonly string[]): Promise<Outcome> {
  const { stage, proxy, timeline, strikes, mark, runners } = target;

  const far = Object.assign(new URL(stage.url), { port: String(proxy.port) }).href;
  const startAll = schedule.runners.map(async (plan, place) => {
    await pause(plan.startAtMs);
    const { version } = plan;
    const url = plan.throughProxy ? far : stage.url;
    const { leaseMs } = schedule;
    const { args, env } = stage;
    const name = `runner ${place + 1}`;
    runners.push(
      startRunner({ name, plan, run: runOf(schedule, version), leaseMs, command: command(version), url, args, env, mark }, timeline),
    );
  });
  const faults = schedule.faults.map(async (fault) => {
    if (fault.after === "begin") await untilBegin(fault, stage, schedule);
    await pause(fault.atMs);
    await doFault(fault, target).catch((thrown: unknown) => timeline.add("fault", `${fault.kind} failed: ${String(thrown)}`));
  });
  await Promise.all(startAll);
  const ends = await allEnds(runners);
  await Promise.all(faults);
  await waitUntilReady(stage.url, deadline("the server after its faults", 30_000));
  const { traces } = await readTrace(stage.url);
  const left = await findLeftovers(stage.url, schedule, traces);
  return { schedule, ends, strikes, left, ...(await readTrace(stage.url)) };
}

/** Waits until a command has begun, for at most five seconds. */
async function untilBegin(fault: Fault, { url }: Stage, { runners }: Schedule): Promise<void> {
  await pause(Math.min(...runners.map(({ startAtMs }) => startAtMs)));
  for (const end = performance.now() + 5000; performance.now() < end; await pause(fault.kind === "kill-finalizing" ? 150 : 60)) {
    const begun = await withSession(url, (session) => session.query("select from chaos.trace limit 1")).catch(() => []);
    if (begun.length > 0) return;
  }
}

/** Waits for every runner. A runner that hangs is killed and reported with its time. */
async function allEnds(runners: readonly Runner[]): Promise<readonly End[]> {
  const hanging = new AbortController();
  const timeLimit = pause((WITHIN_S + 15) * 1000, undefined, { signal: hanging.signal }).then(
    () =>
      signalAll(
        runners.flatMap(({ child }) => child.pid ?? []),
        "SIGKILL",
      ),
    () => {},
  );
  const ended = await Promise.all(runners.map(async (runner) => ({ end: await runner.ended, runner })));
  hanging.abort();
  await timeLimit;
  return ended.filter(({ runner }) => !runner.killed).map(({ end }) => end);
}

function describe({ traces, states }: Outcome, timeline: Timeline): void {
  for (const { token, step, pid, before, epoch, seen } of traces.filter((trace) => !trace.step.endsWith("tick")))
    timeline.add(
      "trace",
      `${token.slice(0, 4)} ${step} (${pid}, epoch ${epoch}) at ${timeOf(before)} ${seen === null ? "" : JSON.stringify(seen)}`,
    );
  for (const { state, epoch, at, run } of states) timeline.add("marker", `${run} ${state}, epoch ${epoch}, at ${timeOf(at)}`);
}
