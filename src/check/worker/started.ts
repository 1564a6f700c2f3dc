import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Env } from "../../environment.ts";
import { type Child, startChild } from "../../process/child.ts";
import { holdersOf, outputsOf } from "../../process/holders.ts";
import { type Family, type Member, membersOf, signalFamily } from "../../process/marked.ts";
import { listProcesses } from "../../process/processes.ts";
import { signalProcess } from "../../process/signals.ts";
import type { LogReader } from "./log.ts";
import { observe, type Seen, type Watched } from "./observe.ts";
import type { Requirements } from "./requirements.ts";
import { countedDescendants, restartCounter } from "./restarts.ts";

export interface StartOptions {
  readonly requirements: Requirements;
  readonly reader: LogReader;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Called with the worker's output as it arrives. */
  readonly output: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
  /** Adds the reading of its log file to each look. */
  readonly withFile: (worker: Watched) => Watched;
}

/** How a worker that was started here ended. */
export interface Stopped {
  /** Whether it did not end on SIGTERM and was killed. */
  readonly killed: boolean;
  /** Processes that continued after it and were ended, such as `sleep (123)`. */
  readonly left: readonly string[];
}

const POLL_MS = 100;
/** What ends together with the worker may end a moment later. */
const SETTLE_MS = 500;
/** The variable by which the processes of a worker are found, also those that left its group. */
const WORKER_ID = "OFFSHOOT_WORKER_ID";

/**
 * Starts a worker in its own process group, observes it, and stops it as a container runtime does: SIGTERM to the process
 * that was started, and SIGKILL to all others after the grace. Rejects with the reason when the worker cannot be started.
 */
export async function watchStarted(options: StartOptions): Promise<Seen & { readonly stopped: Stopped }> {
  const { argv, cwd, requirements, reader, signal } = options;
  const mark = randomUUID();
  const env = { ...options.env, [WORKER_ID]: mark };
  const child = startChild(argv, { cwd, env, output: outputTo(options), group: true, drainMs: POLL_MS });
  const outputs = child.pid === undefined ? [] : outputsOf(child.pid);
  const exit = child.ended.then(({ code, signal: name }) => name ?? `status ${code}`);
  exit.catch(() => {});
  await child.started;
  const cancelKill = child.killOnExit();
  const family = { group: child.pid, mark, variable: WORKER_ID };
  let how: string | undefined;
  void exit.then((text) => (how = text));
  const counter = restartCounter();
  const worker: Watched = {
    async look() {
      counter.look(countedDescendants(child.pid ?? 0, await listProcesses(env)));
      return how === undefined ? { state: "running" } : { state: "ended", how };
    },
    restarts: () => counter.most(),
  };
  try {
    const seen = await observe({ worker: options.withFile(worker), reader, requirements, signal, pollMs: POLL_MS });
    const stopped = await stop(child, exit, { family, outputs, graceMs: requirements.graceMs });
    // Failures while it stops count. Its lines do not, because they were not there in time.
    const { failures, forbidden } = reader.log;
    return { ...seen, log: { ...seen.log, failures, forbidden }, stopped };
  } finally {
    cancelKill();
  }
}

function outputTo({ output, reader }: StartOptions): StartOptions["output"] {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  return (stream, chunk) => {
    output(stream, chunk);
    reader.add(stream, decoders[stream].decode(chunk, { stream: true }));
  };
}

interface StopOptions {
  readonly family: Family;
  /** The worker's outputs. A process that holds one belongs to the worker, wherever it is. */
  readonly outputs: readonly string[];
  readonly graceMs: number;
}

async function stop(child: Child, exit: Promise<string>, { family, outputs, graceMs }: StopOptions): Promise<Stopped> {
  if (child.pid !== undefined) signalProcess(child.pid, "SIGTERM");
  const inTime = await Promise.race([exit.then(() => true), pause(graceMs).then(() => false)]);
  const left = (): readonly Member[] => distinct([...membersOf(family), ...holdersOf(outputs)]);
  if (!inTime) {
    const others = left().filter(({ pid }) => pid !== child.pid);
    signalAll(family, others, "SIGKILL");
    await exit;
    return { killed: true, left: others.map(describe) };
  }
  await until(() => left().length === 0, SETTLE_MS);
  const found = left();
  signalAll(family, found, "SIGTERM");
  await until(() => left().length === 0, graceMs);
  signalAll(family, left(), "SIGKILL");
  return { killed: false, left: found.map(describe) };
}

function signalAll(family: Family, members: readonly Member[], name: NodeJS.Signals): void {
  signalFamily(family, name);
  for (const { pid } of members) signalProcess(pid, name);
}

async function until(isDone: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!isDone() && performance.now() < end) await pause(POLL_MS / 2);
}

function describe({ pid, name }: Member): string {
  return `${name} (${pid})`;
}

function distinct(members: readonly Member[]): readonly Member[] {
  return [...new Map(members.map((member) => [member.pid, member])).values()];
}
