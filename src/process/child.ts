import { type ChildProcess, spawn } from "node:child_process";
import type { Env } from "../environment.ts";
import { signalGroup, signalProcess } from "./signals.ts";

/** How a child process ended: one of the two is set. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  /** Undefined when the child could not be started. */
  readonly pid: number | undefined;
  /** Resolves when the child runs. Rejects with the system's error when it could not be started. */
  readonly started: Promise<void>;
  /** Resolves when the child has ended and its output was read. Rejects as `started` does. */
  readonly ended: Promise<ChildEnd>;
  /** Signals the child, or its process group where it has one. */
  signal(signal: NodeJS.Signals): void;
  /** Kills the child if this process ends first. Returns a function that cancels this. */
  killOnExit(): () => void;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Env;
  /** `inherit`: the child reads our stdin. A number: the descriptor of a file. Default `ignore`. */
  readonly stdin?: "inherit" | "ignore" | number;
  /** The descriptor of a file that gets what the child writes to stdout, in place of `output`. */
  readonly stdout?: number | undefined;
  /** Receives the output as it comes. Default: the child writes to our stdout and stderr. */
  readonly output?: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
  /** Whether the child gets a process group of its own, so that its descendants can be ended with it. */
  readonly group: boolean;
  /** Milliseconds to wait, after the child ended, for output that is still in the pipes. Default 500. */
  readonly drainMs?: number;
}

/** Starts a program with its arguments, or a line of the shell. */
export function startChild(command: readonly string[] | string, options: ChildOptions): Child {
  const { cwd, env, stdin = "ignore", stdout, output, group, drainMs } = options;
  const isLine = typeof command === "string";
  const [file = "", ...args] = isLine ? [command] : command;
  const stream = output === undefined ? "inherit" : "pipe";
  const child = spawn(file, args, {
    cwd,
    env: { ...env },
    shell: isLine,
    stdio: [stdin, stdout ?? stream, stream],
    detached: group && process.platform !== "win32",
    windowsHide: stdin !== "inherit",
  });
  for (const name of ["stdout", "stderr"] as const) child[name]?.on("data", (chunk: Uint8Array) => output?.(name, chunk));
  const started = new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  const ended = endOf(child, drainMs);
  // A caller may use only one of the two.
  started.catch(() => {});
  ended.catch(() => {});
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined) (group ? signalGroup : signalProcess)(child.pid, name);
  };
  const kill = (): void => signal("SIGKILL");
  return {
    pid: child.pid,
    started,
    ended,
    signal,
    killOnExit() {
      process.once("exit", kill);
      return () => process.off("exit", kill);
    },
  };
}

/**
 * Resolves when a child has ended and its output was read. A descendant that left the process group can keep the pipes
 * open for ever, so they are closed when nothing came for `drainMs` after the end, and at the latest after ten times that.
 * Rejects when the child could not be started.
 */
export function endOf(child: ChildProcess, drainMs = 500): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      let timer: NodeJS.Timeout | undefined;
      let isRead = false;
      let waits = 10;
      const finish = (): void => {
        clearTimeout(timer);
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ code, signal });
      };
      const wait = (): void => {
        isRead = false;
        waits -= 1;
        // On a busy machine the time can be over before this process reads again. Timers come before the reads of a turn.
        timer = setTimeout(() => setImmediate(() => setImmediate(() => (isRead && waits > 0 ? wait() : finish()))), drainMs);
      };
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", () => (isRead = true));
      child.once("close", finish);
      wait();
    });
  });
}
