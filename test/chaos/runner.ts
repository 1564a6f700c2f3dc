import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { RunnerPlan, Schedule } from "./schedule.ts";
import type { Timeline } from "./timeline.ts";

const BIN = new URL("../../bin/offshoot.js", import.meta.url).pathname;
const COMMAND = new URL("command.mjs", import.meta.url).pathname;
const SKEW = new URL("skew.mjs", import.meta.url).href;

/** Seconds for a whole schedule. A runner that needs longer hangs. */
export const WITHIN_S = 40;

/** How a runner ended. */
export interface End {
  readonly name: string;
  /** Null when it was killed. */
  readonly code: number | null;
  /** `ran`, `waited` or `already`. Undefined for a runner that failed. */
  readonly state: string | undefined;
  /** By the clock of this machine, which the database uses too. */
  readonly at: Date;
  readonly tookMs: number;
}

/** A real `offshoot migrate` process. */
export interface Runner {
  readonly name: string;
  readonly plan: RunnerPlan;
  readonly child: ChildProcess;
  /** It was killed by a fault, so its end is not checked. */
  killed: boolean;
  /** Milliseconds for which faults stopped it. */
  stoppedMs: number;
  readonly ended: Promise<End>;
}

export function startRunner(name: string, plan: RunnerPlan, schedule: Schedule, url: string, timeline: Timeline): Runner {
  const { leaseMs, command } = schedule;
  const settings = [`timeouts.lease=${leaseMs}ms`, `timeouts.migrate=${WITHIN_S}s`, "timeouts.commandGrace=1s"];
  const args = ["migrate", "--json", "--url", "CHAOS_URL", ...settings.flatMap((setting) => ["--set", setting])];
  const skew = plan.skewMs === 0 ? {} : { NODE_OPTIONS: `--import ${SKEW}`, CHAOS_SKEW_MS: String(plan.skewMs) };
  const child = spawn(process.execPath, [BIN, ...args, "--", process.execPath, COMMAND, JSON.stringify(command)], {
    cwd: "/",
    env: { PATH: process.env["PATH"], HOME: "/", OFFSHOOT_RUN: `chaos-${schedule.seed}`, CHAOS_URL: url, ...skew },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const startedAt = performance.now();
  timeline.add(
    name,
    `starts as ${child.pid}${plan.throughProxy ? ", through the proxy" : ""}${plan.skewMs === 0 ? "" : `, clock ${plan.skewMs} ms off`}`,
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => timeline.add(name, chunk.toString().trimEnd()));
  const ended = once(child, "exit").then((exit): End => {
    const [code, signal] = exit as [number | null, string | null];
    const at = new Date();
    const state = /"state":"(\w+)"/.exec(output)?.[1];
    timeline.add(name, `ends: ${code ?? signal} ${state ?? ""}`);
    return { name, code, state, at, tookMs: performance.now() - startedAt };
  });
  return { name, plan, child, killed: false, stoppedMs: 0, ended };
}
