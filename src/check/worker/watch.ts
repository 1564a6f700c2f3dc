import { setTimeout as pause } from "node:timers/promises";
import type { Env } from "../../environment.ts";
import { type Demands, type Observed } from "./judge.ts";
import { type Child, startChild } from "../../process/child.ts";
import { groupIsRunning } from "../../process/signals.ts";
import { logReader, type LogReader } from "./log.ts";

export interface WatchOptions extends Demands {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Hears the worker's output as it comes. */
  readonly output: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

const LOOK_MS = 100;

/**
 * Starts a worker in a process group of its own, watches it until it has lived long enough and written enough, or
 * the time is over, and ends it with all that it started. Rejects with the reason when it can't be started.
 */
export async function watchWorker(options: WatchOptions): Promise<Observed> {
  const listeners = new Set<() => void>();
  const reader = logReader(options.ready, () => {
    for (const listener of listeners) listener();
  });
  const { argv, cwd, env } = options;
  const child = startChild(argv, { cwd, env, output: outputTo(reader, options), group: true, drainMs: LOOK_MS });
  const exit = child.ended.then(({ code, signal }) => signal ?? `status ${code}`);
  exit.catch(() => {});
  await child.started;
  const cancelKill = child.killOnExit();
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
    const { stubborn, left } = await endGroup(child, exit, ended !== undefined, options);
    return { log: reader.log, ended: options.signal.aborted ? undefined : ended, stubborn, left };
  } finally {
    cancelKill();
  }
}

function outputTo(reader: LogReader, { output }: WatchOptions): WatchOptions["output"] {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  return (stream, chunk) => {
    output(stream, chunk);
    reader.take(stream, decoders[stream].decode(chunk, { stream: true }));
  };
}

/** Asks the whole group to end, waits for the grace, and kills who is left. */
async function endGroup(
  child: Child,
  exit: Promise<string>,
  hasEnded: boolean,
  { graceMs }: WatchOptions,
): Promise<Pick<Observed, "stubborn" | "left">> {
  const isRunning = (): boolean => groupIsRunning(child.pid ?? 0);
  const orphaned = hasEnded && isRunning();
  let firstEnded = hasEnded;
  void exit.then(() => (firstEnded = true));
  child.signal("SIGTERM");
  const until = performance.now() + graceMs;
  while (isRunning() && performance.now() < until) await pause(LOOK_MS);
  if (!isRunning()) {
    await exit;
    return { stubborn: false, left: orphaned };
  }
  const stubborn = !firstEnded;
  child.signal("SIGKILL");
  await exit;
  return { stubborn, left: !stubborn };
}
