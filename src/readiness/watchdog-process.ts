import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import type { Env } from "../environment.ts";
import { endOf } from "../process/child.ts";
import { membersOf, signalFamily } from "../process/marked.ts";
import { withOwnNodeOptions } from "../process/node-options.ts";
import { programFile } from "../program.ts";
import { watchAnswers } from "./watchdog-answers.ts";
import type { FromWatchdog, ToWatchdog } from "./watchdog-messages.ts";

/** The last message of a watchdog. `killed`: it ended without one, by that signal or exit status. */
export type LastMessage = Extract<FromWatchdog, { kind: "ended" | "unstartable" }> | { readonly kind: "killed"; readonly by: string };

/** A piece of output. */
export interface Output {
  readonly stream: "stdout" | "stderr";
  readonly chunk: Uint8Array;
}

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
  /** Receives the output of the command and its own, with what came before. */
  onOutput(receive: (output: Output) => void): void;
  /** Settles when it has ended and its output was read, also if it ended before anybody received its messages. */
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
  const messages = createInbox<FromWatchdog>();
  const output = createInbox<Output>();
  for (const stream of ["stdout", "stderr"] as const) child[stream]?.on("data", (chunk: Uint8Array) => output.push({ stream, chunk }));
  const answers = watchAnswers(child);
  const watched = { mark, receive: messages.push, killedBy: answers.killedBy };
  const last = Promise.all([lastMessage(child, watched), endOf(child)]).then(([message]) => message);
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
    onMessage: messages.open,
    onOutput: output.open,
    last,
    isTaken: messages.isOpen,
    discard() {
      if (messages.isOpen()) return;
      // It ends by itself when nobody is connected.
      if (child.connected) child.disconnect();
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
    },
  };
}

/** Hands on each item that comes, and at its opening those that came before. */
interface Inbox<T> {
  readonly push: (item: T) => void;
  readonly open: (receive: (item: T) => void) => void;
  readonly isOpen: () => boolean;
}

function createInbox<T>(): Inbox<T> {
  const early: T[] = [];
  let receiver: ((item: T) => void) | undefined;
  return {
    push: (item) => (receiver === undefined ? void early.push(item) : receiver(item)),
    open(receive) {
      receiver = receive;
      for (const item of early.splice(0)) receive(item);
    },
    isOpen: () => receiver !== undefined,
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
