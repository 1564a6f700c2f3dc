import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { Env } from "../environment.ts";
import { programFile } from "../program.ts";
import type { ToCommandWatchdog } from "./command-watchdog.ts";
import { MARK, withoutMark } from "./marked.ts";
import { withOwnNodeOptions } from "./node-options.ts";

/** A process that ends a command when this process is killed. */
export interface CommandWatchdog {
  /** The command's environment must contain this. */
  readonly env: Readonly<Record<string, string>>;
  /** Names the command's process group, where it has one of its own. */
  watchGroup(group: number | undefined): void;
  /** Must be called when the command has ended. Resolves when this process can end too. */
  release(): Promise<void>;
}

/** After kill -9 the command gets SIGTERM, and at most this many milliseconds until SIGKILL. */
const GRACE_MS = 2000;

/** Starts the process. If it cannot be started, the command runs without it, as on a machine that has no more processes. */
export function watchCommand(env: Env, graceMs: number): CommandWatchdog {
  const mark = randomUUID();
  const args = [programFile("process/command-watchdog"), mark, String(Math.min(graceMs, GRACE_MS))];
  const watchdog = spawn(process.execPath, args, {
    // A session of its own: Ctrl-C in a terminal does not reach it.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: { ...withoutMark(withOwnNodeOptions(env)) },
    windowsHide: true,
  });
  watchdog.on("error", () => {});
  const send = (message: ToCommandWatchdog): Promise<void> =>
    new Promise((resolve) => {
      if (watchdog.connected) watchdog.send(message, () => resolve());
      else resolve();
    });
  return {
    env: { [MARK]: mark },
    watchGroup(group) {
      if (group !== undefined) void send({ kind: "group", group });
    },
    async release() {
      await send({ kind: "done" });
      watchdog.unref();
      watchdog.channel?.unref();
    },
  };
}
