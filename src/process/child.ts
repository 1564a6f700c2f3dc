import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Env } from "../environment.ts";
import { codeOf, OffshootError } from "../errors.ts";

/** How a child process ended, as a shell would report it. */
export interface Ended {
  /** 0 to 255; 128 plus the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Milliseconds between the polite signal and SIGKILL. */
  readonly graceMs: number;
  /** Whether a person's terminal is behind stdin: it then signals the child itself on Ctrl-C. */
  readonly terminal: boolean;
}

/**
 * Runs the user's command with our stdin, stdout and stderr, untouched. When `signal` aborts, the child gets the
 * signal that we got, and SIGKILL after the grace. Throws `COMMAND_NOT_FOUND` when it can't be started.
 */
export async function runChild(argv: readonly string[], options: ChildOptions): Promise<Ended> {
  const [file = "", ...args] = argv;
  // Away from a terminal the child leads a group of its own, so that its children end with it. At a terminal it must
  // stay in ours: another group could not read the keyboard.
  const grouped = !options.terminal && process.platform !== "win32";
  const child = spawn(file, args, { cwd: options.cwd, env: { ...options.env }, stdio: "inherit", detached: grouped });
  const end = endOf(child, file);
  const stop = (): void => {
    const received = signalOf(options.signal);
    if (!(options.terminal && received === "SIGINT")) send(child, received, grouped);
    const kill = setTimeout(() => send(child, "SIGKILL", grouped), options.graceMs);
    void end.catch(() => {}).finally(() => clearTimeout(kill));
  };
  // If we are made to end at once, the child must not go on alone with a database that nobody tears down.
  const abandon = (): void => send(child, "SIGKILL", grouped);
  process.once("exit", abandon);
  options.signal.addEventListener("abort", stop, { once: true });
  if (options.signal.aborted) stop();
  try {
    return await end;
  } finally {
    options.signal.removeEventListener("abort", stop);
    process.off("exit", abandon);
  }
}

/** The signal that an abort stands for: what the CLI gives as the reason, else SIGTERM. */
export function signalOf(signal: AbortSignal): NodeJS.Signals {
  const { reason } = signal;
  return typeof reason === "string" && reason in constants.signals ? (reason as NodeJS.Signals) : "SIGTERM";
}

/** A shell's exit status for a process that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function endOf(child: ChildProcess, file: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.once("error", (thrown) => reject(notStarted(file, thrown)));
    child.once("exit", (code, signal) => {
      resolve({ exitCode: signal === null ? (code ?? 1) : exitCodeOf(signal), signal: signal ?? undefined });
    });
  });
}

function send(child: ChildProcess, signal: NodeJS.Signals, grouped: boolean): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(grouped ? -child.pid : child.pid, signal);
  } catch (thrown) {
    // It ended between the look and the signal.
    if (codeOf(thrown) !== "ESRCH") throw thrown;
  }
}

function notStarted(file: string, thrown: unknown): OffshootError {
  const code = codeOf(thrown);
  const why = code === "ENOENT" ? "there is no such command" : code === "EACCES" ? "it may not be executed" : String(code);
  return new OffshootError("COMMAND_NOT_FOUND", `Could not start ${file}: ${why}.`, {
    remedy: "Check the spelling and the PATH. Shell syntax needs a shell: offshoot run -- sh -c '…'",
  });
}
