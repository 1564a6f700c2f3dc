import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "./log.ts";
import { endProcess } from "./orphans.ts";

/** The pauses between the runner's signals SIGINT, SIGTERM and SIGKILL (GitHub, "Workflow cancellation reference"). */
export interface Grace {
  readonly afterIntMs: number;
  readonly afterTermMs: number;
}

export const GITHUB_GRACE: Grace = { afterIntMs: 7_500, afterTermMs: 2_500 };

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly grace: Grace;
  /** Ends the process with these signals. */
  readonly cancel: AbortSignal;
}

/** How long output is read after the process has ended, in milliseconds: a child may hold the pipe open for ever. */
const STREAMS_MS = 5_000;

/**
 * Runs a step's process. True when it ended with status 0. On cancellation only the process itself gets the signals, as
 * on GitHub; its children are killed when it has ended, because a shell forwards no signal to the command that it runs.
 */
export async function runProcess([program, ...args]: readonly [string, ...string[]], options: ProcessOptions): Promise<boolean> {
  const { cwd, env, log, grace, cancel } = options;
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  const streams = [child.stdout, child.stderr];
  const read = Promise.all(
    streams.map((stream) => {
      const lines = createInterface({ input: stream });
      lines.on("line", (line) => log.line(line));
      return once(lines, "close");
    }),
  );
  const ended = new AbortController();
  const end = (): void => void endInTurn(child.pid, grace, ended.signal);
  if (cancel.aborted) end();
  cancel.addEventListener("abort", end, { once: true });
  try {
    const code = await exited;
    const late = pause(STREAMS_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    await Promise.race([read, late]);
    for (const stream of streams) stream.destroy();
    return code === 0 && !cancel.aborted;
  } finally {
    ended.abort();
    cancel.removeEventListener("abort", end);
    if (cancel.aborted && child.pid !== undefined) endProcess(-child.pid, "SIGKILL");
  }
}

async function endInTurn(pid: number | undefined, grace: Grace, ended: AbortSignal): Promise<void> {
  if (pid === undefined) return;
  endProcess(pid, "SIGINT");
  try {
    await pause(grace.afterIntMs, undefined, { signal: ended });
    endProcess(pid, "SIGTERM");
    await pause(grace.afterTermMs, undefined, { signal: ended });
    endProcess(-pid, "SIGKILL");
  } catch (thrown) {
    if (!ended.aborted) throw thrown;
  }
}
