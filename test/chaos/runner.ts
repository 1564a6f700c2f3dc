import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { MARK } from "../support/processes.ts";
import type { RunnerPlan } from "./plans.ts";
import type { Timeline } from "./timeline.ts";

const BIN = new URL("../../bin/offshoot.js", import.meta.url).pathname;
const SKEW = new URL("skew.mjs", import.meta.url).href;

/** Seconds for a whole schedule. A runner that needs longer hangs. */
export const WITHIN_S = 40;

/** How a runner ended. */
export interface End {
  readonly name: string;
  readonly run: string;
  readonly version: number;
  /** Null when it was killed. */
  readonly code: number | null;
  /** `ran`, `waited` or `already`. Undefined for a runner that failed. */
  readonly state: string | undefined;
  /** By the clock of this machine, which the database uses too. */
  readonly at: Date;
  readonly tookMs: number;
  /** Milliseconds for which faults stopped it. */
  readonly stoppedMs: number;
}

/** A real `offshoot migrate` process. */
export interface Runner {
  readonly name: string;
  readonly plan: RunnerPlan;
  readonly startedAt: Date;
  readonly child: ChildProcess;
  /** It was killed or cancelled by a fault, so its end is not checked. */
  killed: boolean;
  stoppedMs: number;
  readonly ended: Promise<End>;
}

export interface RunnerRequest {
  readonly name: string;
  readonly plan: RunnerPlan;
  readonly run: string;
  readonly leaseMs: number;
  readonly command: readonly string[];
  readonly url: string;
  /** Flags and environment with which it finds the database. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Marks all processes of the schedule. */
  readonly mark: string;
}

export function startRunner(request: RunnerRequest, timeline: Timeline): Runner {
  const { name, plan, run, leaseMs, command, url, mark } = request;
  const settings = [`timeouts.lease=${leaseMs}ms`, `timeouts.migrate=${WITHIN_S}s`, "timeouts.commandGrace=1s"];
  const flags = ["migrate", "--json", ...request.args, ...settings.flatMap((setting) => ["--set", setting])];
  const { skewMs, jumpAfterMs } = plan;
  const skew =
    skewMs === 0 ? {} : { NODE_OPTIONS: `--import ${SKEW}`, CHAOS_SKEW_MS: String(skewMs), CHAOS_JUMP_AFTER_MS: String(jumpAfterMs) };
  const argv = request.args.length === 0 ? flags : [...flags, "--", ...command];
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: "/",
    env: { PATH: process.env["PATH"], HOME: "/", OFFSHOOT_RUN: run, CHAOS_URL: url, [MARK]: mark, ...request.env, ...skew },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const startedAt = performance.now();
  const clock = skewMs === 0 ? "" : `, clock ${skewMs} ms off${jumpAfterMs === 0 ? "" : ` after ${jumpAfterMs} ms`}`;
  timeline.add(name, `starts as ${child.pid} with version ${plan.version}${plan.throughProxy ? ", through the proxy" : ""}${clock}`);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => timeline.add(name, chunk.toString().trimEnd()));
  const ended = once(child, "exit").then((exit): End => {
    const [code, signal] = exit as [number | null, string | null];
    const state = /"state":"(\w+)"/.exec(output)?.[1];
    timeline.add(name, `ends: ${code ?? signal} ${state ?? ""}`);
    const tookMs = performance.now() - startedAt;
    return { name, run, version: plan.version, code, state, at: new Date(), tookMs, stoppedMs: runner.stoppedMs };
  });
  const runner: Runner = { name, plan, startedAt: new Date(), child, killed: false, stoppedMs: 0, ended };
  return runner;
}
