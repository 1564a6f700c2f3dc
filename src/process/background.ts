import { type ChildProcess, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { Env } from "../environment.ts";
import { withoutMark } from "./marked.ts";
import { type Program, programFile } from "../program.ts";

export interface BackgroundOptions {
  readonly cwd: string;
  readonly env: Env;
  /** File descriptor of the log that receives its output. Default: the output is discarded. */
  readonly log?: number;
  /** Seconds until the program is loaded; it then has the lowest priority. Default: at once, with our priority. */
  readonly delaySeconds?: number;
}

/**
 * Starts one of our programs with `request` as its argument. It continues after this process has ended, and uses none
 * of our streams. The request must contain no secret: every user can read a command line. Ignores a failed start.
 */
export function startInBackground(program: Program, request: unknown, options: BackgroundOptions): void {
  const { cwd, env, log = "ignore", delaySeconds } = options;
  const command = [process.execPath, programFile(program), JSON.stringify(request)] as const;
  const isDelayed = delaySeconds !== undefined && process.platform !== "win32";
  const [file, ...args] = isDelayed ? delayed(command, delaySeconds) : command;
  const child = spawn(file, args, { cwd, env: { ...withoutMark(env) }, detached: true, windowsHide: true, stdio: ["ignore", log, log] });
  child.on("error", () => {});
  if (delaySeconds !== undefined) child.on("spawn", () => lowerPriority(child));
  child.unref();
}

/**
 * Starts one of our programs, sends it `request` over a private channel, and returns its first reply. It continues
 * after this process has ended. Undefined: it ended without a reply, could not be started, or did not reply within
 * `replyMs` milliseconds. In the last case it is killed.
 */
export async function startWithReply<Reply>(program: Program, request: object, env: Env, replyMs: number): Promise<Reply | undefined> {
  const child = spawn(process.execPath, [programFile(program)], {
    detached: true,
    windowsHide: true,
    env: { ...withoutMark(env) },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let late: NodeJS.Timeout | undefined;
  const reply = await new Promise<Reply | undefined>((resolve) => {
    late = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(undefined);
    }, replyMs);
    child.once("message", (message) => resolve(message as Reply));
    child.once("error", () => resolve(undefined));
    child.once("exit", () => resolve(undefined));
    child.send(request, () => {});
  });
  clearTimeout(late);
  if (child.connected) child.disconnect();
  child.unref();
  return reply;
}

/** A shell that sleeps and then becomes the program. It exists at once, so it also starts when this process ends first. */
function delayed(command: readonly [string, ...string[]], seconds: number): readonly [string, ...string[]] {
  return ["/bin/sh", "-c", `sleep ${seconds}; exec "$0" "$@"`, ...command];
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has already ended.
  }
}
