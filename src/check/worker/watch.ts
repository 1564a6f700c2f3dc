import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { Env } from "../../environment.ts";
import { type Demands, type Observed } from "./judge.ts";
import { isLiving } from "../../process/living.ts";
import { logReader, type LogReader } from "./log.ts";

export interface WatchOptions extends Demands {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Signals a process group; false: nobody is left in it. */
  readonly signalGroup: (pid: number, signal: "SIGTERM" | "SIGKILL") => boolean;
  readonly groupIsAlive: (pid: number) => boolean;
  /** Hears the worker's output as it comes. */
  readonly output: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

const LOOK_MS = 100;

/**
 * Starts a worker in a process group of its own, watches it until it has lived long enough and written enough, or
 * the time is over, and ends it with all that it started. Rejects with the reason when it can't be started.
 */
export async function watchWorker(options: WatchOptions): Promise<Observed> {
  const [file = "", ...args] = options.argv;
  const child = spawn(file, args, { cwd: options.cwd, env: { ...options.env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const listeners = new Set<() => void>();
  const reader = logReader(options.ready, () => {
    for (const listener of listeners) listener();
  });
  for (const stream of ["stdout", "stderr"] as const) listen(child, stream, reader, options);
  const exit = exitOf(child);
  await started(child);
  const pid = child.pid ?? 0;
  // If we are made to end at once, nobody may stay behind.
  const abandon = (): void => void options.signalGroup(pid, "SIGKILL");
  process.once("exit", abandon);
  const start = performance.now();
  try {
    const stopped = new AbortController();
    const satisfied = new Promise<void>((resolve) => {
      const look = (): void => {
        if (reader.log.ready && reader.log.lines >= options.lines) resolve();
      };
      listeners.add(look);
      look();
    });
    const wait = (ms: number): Promise<unknown> =>
      pause(ms, undefined, { signal: AbortSignal.any([stopped.signal, options.signal]) }).catch(() => {});
    const lived = Promise.all([wait(options.forMs), Promise.race([satisfied, wait(Math.max(options.withinMs, options.forMs))])]);
    const ended = await Promise.race([exit.then((how) => ({ how, afterMs: performance.now() - start })), lived.then(() => undefined)]);
    stopped.abort();
    const { stubborn, left } = await endGroup(pid, exit, ended !== undefined, options);
    return { log: reader.log, ended: options.signal.aborted ? undefined : ended, stubborn, left };
  } finally {
    process.off("exit", abandon);
  }
}

function listen(child: ChildProcess, stream: "stdout" | "stderr", reader: LogReader, { output }: WatchOptions): void {
  const decoder = new TextDecoder();
  child[stream]?.on("data", (chunk: Uint8Array) => {
    output(stream, chunk);
    reader.take(stream, decoder.decode(chunk, { stream: true }));
  });
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
}

/** How it ended, once all of its output has come: `status 3` or `SIGKILL`. A child that holds the output open is not waited for. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      const tell = (): void => resolve(signal ?? `status ${code}`);
      child.once("close", tell);
      setTimeout(tell, LOOK_MS).unref();
    });
  });
}

/** Asks the whole group to end, waits for the grace, and kills who is left. */
async function endGroup(
  pid: number,
  exit: Promise<string>,
  hasEnded: boolean,
  options: WatchOptions,
): Promise<Pick<Observed, "stubborn" | "left">> {
  const orphaned = hasEnded && isLiving(pid, options.groupIsAlive);
  let gone = hasEnded;
  void exit.then(() => (gone = true));
  options.signalGroup(pid, "SIGTERM");
  const until = performance.now() + options.graceMs;
  while (isLiving(pid, options.groupIsAlive) && performance.now() < until) await pause(LOOK_MS);
  if (!isLiving(pid, options.groupIsAlive)) {
    await exit;
    return { stubborn: false, left: orphaned };
  }
  const stubborn = !gone;
  options.signalGroup(pid, "SIGKILL");
  await exit;
  return { stubborn, left: !stubborn };
}
