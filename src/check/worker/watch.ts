import { setTimeout as pause } from "node:timers/promises";
import type { Env } from "../../environment.ts";
import { type Requirements, type Observed } from "./judge.ts";
import { type Child, startChild } from "../../process/child.ts";
import { groupIsRunning } from "../../process/signals.ts";
import { logReader, type LogReader } from "./log.ts";

export interface WatchOptions extends Requirements {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Called with the worker's output as it arrives. */
  readonly output: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

const POLL_MS = 100;

/**
 * Starts a worker in its own process group, watches it until it meets the requirements or the time is over, and then ends it
 * with all processes that it started. Rejects with the reason when the worker cannot be started.
 */
export async function watchWorker(options: WatchOptions): Promise<Observed> {
  const listeners = new Set<() => void>();
  const reader = logReader(options.ready, () => {
    for (const listener of listeners) listener();
  });
  const { argv, cwd, env } = options;
  const child = startChild(argv, { cwd, env, output: outputTo(reader, options), group: true, drainMs: POLL_MS });
  const exit = child.ended.then(({ code, signal }) => signal ?? `status ${code}`);
  exit.catch(() => {});
  await child.started;
  const cancelKill = child.killOnExit();
  const start = performance.now();
  try {
    const stopped = new AbortController();
    const satisfied = new Promise<void>((resolve) => {
      const check = (): void => {
        if (reader.log.ready && reader.log.lines >= options.lines) resolve();
      };
      listeners.add(check);
      check();
    });
    const wait = (ms: number): Promise<unknown> =>
      pause(ms, undefined, { signal: AbortSignal.any([stopped.signal, options.signal]) }).catch(() => {});
    const watched = Promise.all([wait(options.forMs), Promise.race([satisfied, wait(Math.max(options.withinMs, options.forMs))])]);
    const ended = await Promise.race([exit.then((how) => ({ how, afterMs: performance.now() - start })), watched.then(() => undefined)]);
    stopped.abort();
    const { killed, childrenLeft } = await endGroup(child, exit, ended !== undefined, options);
    return { log: reader.log, ended: options.signal.aborted ? undefined : ended, killed, childrenLeft };
  } finally {
    cancelKill();
  }
}

function outputTo(reader: LogReader, { output }: WatchOptions): WatchOptions["output"] {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  return (stream, chunk) => {
    output(stream, chunk);
    reader.add(stream, decoders[stream].decode(chunk, { stream: true }));
  };
}

/** Sends SIGTERM to the whole group, waits for the grace, and kills the processes that are left. */
async function endGroup(
  child: Child,
  exit: Promise<string>,
  hasEnded: boolean,
  { graceMs }: WatchOptions,
): Promise<Pick<Observed, "killed" | "childrenLeft">> {
  const isRunning = (): boolean => groupIsRunning(child.pid ?? 0);
  const orphaned = hasEnded && isRunning();
  let firstEnded = hasEnded;
  void exit.then(() => (firstEnded = true));
  child.signal("SIGTERM");
  const until = performance.now() + graceMs;
  while (isRunning() && performance.now() < until) await pause(POLL_MS);
  if (!isRunning()) {
    await exit;
    return { killed: false, childrenLeft: orphaned };
  }
  const killed = !firstEnded;
  child.signal("SIGKILL");
  await exit;
  return { killed, childrenLeft: !killed };
}
