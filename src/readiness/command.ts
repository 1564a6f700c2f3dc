import { type ChildProcess, spawn } from "node:child_process";
import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import type { Listener } from "../events.ts";
import { endOf } from "../process/child.ts";
import { signalGroup } from "../process/signals.ts";
import { cleanOutput } from "../process/clean-output.ts";
import { createTail } from "../process/tail.ts";
import { withOwnNodeOptions } from "../process/node-options.ts";
import { programFile } from "../program.ts";
import type { FromWatchdog, ToWatchdog } from "./watchdog.ts";

/** The migration command: a line for the shell, or a program with its arguments, for which no shell is used. */
export type MigrationCommand =
  | { readonly kind: "shell"; readonly text: string }
  | { readonly kind: "argv"; readonly argv: readonly string[] };

/** How a command ended. */
export interface CommandEnd {
  /** Exit status. Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines of its output, without secrets. */
  readonly tail: string;
  /** It was ended because its leader could not prove that it leads. */
  readonly abandoned: boolean;
  /** The error of a function that ran instead of a command. */
  readonly error?: unknown;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Env;
  /** When the leader last proved that it leads, by `machineMs`. Called when the command is about to start. */
  readonly beatAt: () => number;
  readonly silenceMs: number;
  readonly shortGraceMs: number;
  readonly emit: Listener;
  readonly secrets: readonly string[];
}

/** A command that runs under its watchdog. */
export interface RunningCommand {
  /** Reports that the leader proved at `at` that it leads. */
  beat(at: number): void;
  /** SIGTERM now, SIGKILL after `graceMs`. If it is called again, the shorter grace counts. */
  stop(graceMs: number): void;
  /** Settles when the command and its process group have ended. Throws `COMMAND_NOT_FOUND`. */
  readonly ended: Promise<CommandEnd>;
}

/** The command as people read it. */
export function describeCommand(command: MigrationCommand): string {
  return command.kind === "shell" ? command.text : command.argv.join(" ");
}

/** Starts the command under a watchdog of its own (see `watchdog.ts`). */
export function startCommand(command: MigrationCommand, options: CommandOptions): RunningCommand {
  const env = definedOnly(options.env);
  const watchdog = spawn(process.execPath, [programFile("readiness/watchdog")], {
    // A session of its own: Ctrl-C in a terminal then reaches only the leader, which decides what to do.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...withOwnNodeOptions(env) },
    windowsHide: true,
  });
  // A watchdog that has ended receives nothing. `ended` reports its end.
  const send = (message: ToWatchdog): void => {
    if (watchdog.connected) watchdog.send(message, () => {});
  };
  const argv = command.kind === "shell" ? command.text : command.argv;
  const { cwd, silenceMs, shortGraceMs } = options;
  const ended = follow(watchdog, command, options);
  watchdog.on("message", (message: FromWatchdog) => {
    if (message.kind === "here") send({ kind: "start", argv, cwd, env, beatAt: options.beatAt(), silenceMs, shortGraceMs });
  });
  return {
    beat: (at) => send({ kind: "beat", at }),
    stop: (graceMs) => send({ kind: "stop", graceMs }),
    ended,
  };
}

async function follow(watchdog: ChildProcess, command: MigrationCommand, options: CommandOptions): Promise<CommandEnd> {
  const tail = createTail(options.secrets);
  const cleaner = cleanOutput(options.secrets, (stream, text) => {
    const chunk = Buffer.from(text);
    tail.push(stream, chunk);
    options.emit({ kind: "output", stream, chunk });
  });
  for (const stream of ["stdout", "stderr"] as const) {
    watchdog[stream]?.on("data", (chunk: Uint8Array) => cleaner.push(stream, chunk));
  }
  const [last] = await Promise.all([lastMessage(watchdog), endOf(watchdog)]);
  cleaner.end();
  if (last.kind === "unstartable") throw commandNotFound(command, options.cwd, last);
  return { code: last.code, signal: last.signal, abandoned: last.abandoned, tail: tail.text() };
}

type LastMessage = Exclude<FromWatchdog, { kind: "here" | "started" }>;

/** The watchdog's result. If the watchdog ended without one, the command is killed at once. */
function lastMessage(watchdog: ChildProcess): Promise<LastMessage> {
  return new Promise((resolve, reject) => {
    let pid: number | undefined;
    let last: LastMessage | undefined;
    watchdog.on("message", (message: FromWatchdog) => {
      if (message.kind === "started") pid = message.pid;
      else if (message.kind !== "here") last = message;
    });
    watchdog.once("error", reject);
    watchdog.once("exit", (_code, signal) => {
      if (last === undefined && pid !== undefined) signalGroup(pid, "SIGKILL");
      resolve(last ?? { kind: "ended", code: null, signal: signal ?? "SIGKILL", abandoned: false });
    });
  });
}

function commandNotFound(command: MigrationCommand, cwd: string, why: Extract<FromWatchdog, { kind: "unstartable" }>): OffshootError {
  return new OffshootError("COMMAND_NOT_FOUND", `Could not start the migration command \`${describeCommand(command)}\` (${why.code}).`, {
    meaning: `No migration was run. The working directory was ${cwd}.`,
    remedy: "Check that the command's program is installed in this job, and that the working directory exists.",
    facts: { command: describeCommand(command), cwd, cause: why.code },
  });
}

function definedOnly(env: Env): Record<string, string> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(defined);
}
