import { shellCommand } from "../shell-command.ts";
import { constants } from "node:os";
import type { Env } from "../environment.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { startChild } from "./child.ts";
import { exitCodeOf } from "./signals.ts";
import { watchCommand } from "./watch-command.ts";

/** How the user's command ended, as a shell would report it. */
export interface Ended {
  /** 0 to 255; 128 plus the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
}

export interface ForegroundOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Ends the grace early when it aborts. Default never. */
  readonly hurry?: AbortSignal | undefined;
  /** Milliseconds between the first signal and SIGKILL. */
  readonly graceMs: number;
  /** Whether stdin is a terminal: the terminal then sends SIGINT to the command itself on Ctrl-C. */
  readonly terminal: boolean;
}

/**
 * Runs the user's command with our stdin, stdout and stderr. When `signal` aborts, the command gets the signal that
 * this process got, and SIGKILL after the grace. Throws `COMMAND_NOT_FOUND` when the command cannot be started.
 */
export async function runInForeground(command: readonly string[], options: ForegroundOptions): Promise<Ended> {
  const { cwd, env, terminal } = options;
  // Without a terminal the command gets a process group, so that its descendants end with it. With a terminal it must
  // stay in our group: a terminal gives the keyboard to one group only.
  const group = !terminal && process.platform !== "win32";
  // If this process is killed, the command must not continue with a database that is never deleted.
  const watchdog = watchCommand(env, options.graceMs);
  const child = startChild(command, { cwd, env: { ...env, ...watchdog.env }, stdin: "inherit", group });
  if (group) watchdog.watchGroup(child.pid);
  let kill: NodeJS.Timeout | undefined;
  const stop = (): void => {
    const received = signalOf(options.signal);
    if (!(terminal && received === "SIGINT")) child.signal(received);
    kill = setTimeout(end, options.graceMs);
  };
  const end = (): void => child.signal("SIGKILL");
  const cancelKill = child.killOnExit();
  options.signal.addEventListener("abort", stop, { once: true });
  if (options.signal.aborted) stop();
  options.hurry?.addEventListener("abort", end, { once: true });
  if (options.hurry?.aborted === true) end();
  try {
    const { code, signal } = await child.ended;
    return { exitCode: signal === null ? (code ?? 1) : exitCodeOf(signal), signal: signal ?? undefined };
  } catch (thrown) {
    throw commandNotFound(command[0] ?? "", thrown, "npx offshoot run -- sh -c 'COMMAND'");
  } finally {
    clearTimeout(kill);
    options.signal.removeEventListener("abort", stop);
    options.hurry?.removeEventListener("abort", end);
    cancelKill();
    await watchdog.release();
  }
}

/** The error for a program that cannot be started. `example` shows how to run a line of the shell instead. */
export function commandNotFound(program: string, thrown: unknown, example: string): OffshootError {
  const code = codeOf(thrown);
  const reasons: Readonly<Record<string, string>> = { ENOENT: "the command was not found", EACCES: "the file is not executable" };
  const check = code === "EACCES" ? `Run \`${shellCommand(["chmod", "+x", program])}\`.` : "Check the spelling and the PATH.";
  return new OffshootError("COMMAND_NOT_FOUND", `Could not start ${program}: ${reasons[String(code)] ?? String(code)}.`, {
    remedy: `${check} For shell syntax, start a shell: ${example}`,
  });
}

/** The signal that caused an abort: the CLI gives its name as the reason. Default SIGTERM. */
function signalOf({ reason }: AbortSignal): NodeJS.Signals {
  return typeof reason === "string" && reason in constants.signals ? (reason as NodeJS.Signals) : "SIGTERM";
}
