import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { ACTOR_MARK } from "../support/processes.ts";
import type { ActorPlan } from "./plans.ts";

const BIN = new URL("../../bin/offshoot.js", import.meta.url).pathname;

/** How a process of `offshoot` ended, with all of its output. */
export interface Ended {
  readonly name: string;
  readonly plan: ActorPlan;
  readonly args: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** `Date.now()` at the start and the end. */
  readonly from: number;
  readonly to: number;
  /** What was done to it. */
  readonly kill: string | undefined;
  /** It did not end by itself in time. */
  readonly hung: boolean;
}

/** A real process of `offshoot`. */
export interface Actor {
  readonly name: string;
  readonly plan: ActorPlan;
  readonly child: ChildProcess;
  /** Marks its process and all that it starts. */
  readonly mark: string;
  kill: string | undefined;
  hung: boolean;
  readonly ended: Promise<Ended>;
}

export interface ActorRequest {
  readonly name: string;
  readonly plan: ActorPlan;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mark: string;
}

export function startActor({ name, plan, args, cwd, env, mark }: ActorRequest): Actor {
  const own = `${mark}/${name}`;
  const from = Date.now();
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...env, [ACTOR_MARK]: own, ACTOR: name },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) child[stream].on("data", (chunk: Buffer) => (output[stream] += chunk.toString()));
  // `close` would wait for what the process left running.
  const ended = once(child, "exit").then(async (exit): Promise<Ended> => {
    const [code, signal] = exit as [number | null, NodeJS.Signals | null];
    const to = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { name, plan, args, code, signal, ...output, from, to, kill: actor.kill, hung: actor.hung };
  });
  const actor: Actor = { name, plan, child, mark: own, kill: undefined, hung: false, ended };
  return actor;
}

export function hasEnded({ child }: Actor): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
