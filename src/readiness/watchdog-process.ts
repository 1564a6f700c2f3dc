import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import type { Env } from "../environment.ts";
import { membersOf, signalFamily } from "../process/marked.ts";
import { withOwnNodeOptions } from "../process/node-options.ts";
import { programFile } from "../program.ts";
import { watchAnswers } from "./watchdog-answers.ts";
import type { FromWatchdog, ToWatchdog } from "./watchdog-messages.ts";

/** The last message of a watchdog. `killed`: it ended without one, by that signal or exit status. */
export type LastMessage = Extract<FromWatchdog, { kind: "ended" | "unstartable" }> | { readonly kind: "killed"; readonly by: string };

/** A watchdog that runs. It can be started before its command is known, because its start takes time. */
export interface WatchdogProcess {
  readonly child: ChildProcess;
  /** Identifies the processes that it will start. */
  readonly mark: string;
  send(message: ToWatchdog): void;
  /** Receives its other messages, with those that came before. */
  onMessage(receive: (message: FromWatchdog) => void): void;
  /** Reports that the leader proved at `at` that it leads. A watchdog that has not answered for `silenceMs` is killed. */
  beat(at: number, silenceMs: number): void;
  readonly last: Promise<LastMessage>;
  /** Whether somebody receives its messages. */
  isTaken(): boolean;
  /** Ends a watchdog whose messages nobody receives. */
  discard(): void;
}

/** Starts a watchdog. */
export function startWatchdog(env: Env): WatchdogProcess {
  const child = spawn(process.execPath, [programFile("readiness/watchdog")], {
    // A session of its own: Ctrl-C in a terminal then reaches only the leader, which decides what to do.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...withOwnNodeOptions(env) },
    windowsHide: true,
  });
  const mark = randomUUID();
  const early: FromWatchdog[] = [];
  let receive: ((message: FromWatchdog) => void) | undefined;
  const answers = watchAnswers(child);
  const last = lastMessage(child, {
    mark,
    receive: (message) => (receive === undefined ? void early.push(message) : receive(message)),
    killedBy: answers.killedBy,
  });
  last.catch(() => {});
  // A watchdog that has ended receives nothing. `last` reports its end.
  const send = (message: ToWatchdog): void => {
    if (child.connected) child.send(message, () => {});
  };
  return {
    child,
    mark,
    send,
    beat(at, silenceMs) {
      send({ kind: "beat", at });
      answers.expect(silenceMs);
    },
    onMessage(received) {
      receive = received;
      for (const message of early.splice(0)) received(message);
    },
    last,
    isTaken: () => receive !== undefined,
    discard() {
      if (receive !== undefined) return;
      // It ends by itself when nobody is connected.
      if (child.connected) child.disconnect();
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
    },
  };
}

interface Watched {
  readonly mark: string;
  readonly receive: (message: FromWatchdog) => void;
  readonly killedBy: () => string | undefined;
}

function lastMessage(watchdog: ChildProcess, { mark, receive, killedBy }: Watched): Promise<LastMessage> {
  return new Promise((resolve, reject) => {
    let group: number | undefined;
    let last: LastMessage | undefined;
    watchdog.on("message", (message: FromWatchdog) => {
      if (message.kind === "started") group = message.pid;
      else if (message.kind === "ended" || message.kind === "unstartable") last = message;
      else receive(message);
    });
    watchdog.once("error", reject);
    watchdog.once("exit", (code, signal) => {
      if (last !== undefined) return resolve(last);
      const by = killedBy() ?? signal ?? `exit status ${code}`;
      void killFamily(group, mark).then(() => resolve({ kind: "killed", by }), reject);
    });
  });
}

/** A process can start another one while it is killed, so this looks more than once. */
async function killFamily(group: number | undefined, mark: string): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    signalFamily({ group, mark }, "SIGKILL");
    if (membersOf({ group, mark }).length === 0) return;
    await timer(25);
  }
}
