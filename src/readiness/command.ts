import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as timer } from "node:timers/promises";
import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import type { Listener } from "../events.ts";
import { programFile } from "../program.ts";
import { signalGroup } from "../process/group.ts";
import type { FromGuard, ToGuard } from "./watchdog.ts";
import { createTail } from "../process/tail.ts";

/** What migrates: a line for the shell, or a program with its arguments, which no shell touches. */
export type MigrationCommand =
  | { readonly kind: "shell"; readonly text: string }
  | { readonly kind: "argv"; readonly argv: readonly string[] };

/** How a command ended. */
export interface CommandEnd {
  /** Exit status; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines of its output, redacted. */
  readonly tail: string;
  /** It was ended because its leader could not prove that it leads. */
  readonly abandoned: boolean;
  /** What a function threw that ran in a command's place. */
  readonly error?: unknown;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Env;
  /** When the leader last proved that it leads, by `machineMs`; asked for when the command is about to start. */
  readonly beatAt: () => number;
  readonly quietMs: number;
  readonly hastyMs: number;
  readonly emit: Listener;
  readonly secrets: readonly string[];
}

/** A command that runs under its guard. */
export interface RunningCommand {
  /** Tells the guard that the leader proved at `at` that it leads. */
  beat(at: number): void;
  /** SIGTERM now, SIGKILL after `graceMs`; called again, the shorter grace counts. */
  stop(graceMs: number): void;
  /** Settles when the command and all of its process group are gone. Throws `COMMAND_NOT_FOUND`. */
  readonly ended: Promise<CommandEnd>;
}

/** Milliseconds for output that is still in the pipes when everything has ended. */
const DRAIN_MS = 500;

/** The command as people read it. */
export function describeCommand(command: MigrationCommand): string {
  return command.kind === "shell" ? command.text : command.argv.join(" ");
}

/** Starts the command under a guard of its own (see `guard.ts`). */
export function startCommand(command: MigrationCommand, options: CommandOptions): RunningCommand {
  const env = definedOnly(options.env);
  // The user's NODE_OPTIONS are for the command, and may well be such that our guard could not start.
  const { NODE_OPTIONS: _, ...guardEnv } = env;
  const guard = spawn(process.execPath, [programFile("readiness/watchdog")], {
    // A session of its own: Ctrl-C in a terminal reaches the leader only, which then decides.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: guardEnv,
    windowsHide: true,
  });
  // A guard that is gone hears nothing; `ended` tells of that.
  const tell = (message: ToGuard): void => {
    if (guard.connected) guard.send(message, () => {});
  };
  const argv = command.kind === "shell" ? command.text : command.argv;
  const { cwd, quietMs, hastyMs } = options;
  const ended = follow(guard, command, options);
  guard.on("message", (message: FromGuard) => {
    if (message.kind === "here") tell({ kind: "start", argv, cwd, env, beatAt: options.beatAt(), quietMs, hastyMs });
  });
  return {
    beat: (at) => tell({ kind: "beat", at }),
    stop: (graceMs) => tell({ kind: "stop", graceMs }),
    ended,
  };
}

async function follow(guard: ChildProcess, command: MigrationCommand, options: CommandOptions): Promise<CommandEnd> {
  const tail = createTail(options.secrets);
  for (const stream of ["stdout", "stderr"] as const) {
    guard[stream]?.on("data", (chunk: Uint8Array) => {
      tail.push(stream, chunk);
      options.emit({ kind: "output", stream, chunk });
    });
  }
  const closed = new Promise<void>((resolve) => guard.once("close", () => resolve()));
  const last = await lastWord(guard);
  // A process that left the group may hold the pipes open for ever.
  await Promise.race([closed, timer(DRAIN_MS, undefined, { ref: false })]);
  guard.stdout?.destroy();
  guard.stderr?.destroy();
  if (last.kind === "unstartable") throw commandNotFound(command, options.cwd, last);
  return { code: last.code, signal: last.signal, abandoned: last.abandoned, tail: tail.text() };
}

type LastWord = Exclude<FromGuard, { kind: "here" | "started" }>;

/** What the guard says at the end. A guard that died first is answered by ending the command at once. */
function lastWord(guard: ChildProcess): Promise<LastWord> {
  return new Promise((resolve, reject) => {
    let pid: number | undefined;
    let said: LastWord | undefined;
    guard.on("message", (message: FromGuard) => {
      if (message.kind === "started") pid = message.pid;
      else if (message.kind !== "here") said = message;
    });
    guard.once("error", reject);
    guard.once("exit", (_code, signal) => {
      if (said === undefined && pid !== undefined) signalGroup(pid, "SIGKILL");
      resolve(said ?? { kind: "ended", code: null, signal: signal ?? "SIGKILL", abandoned: false });
    });
  });
}

function commandNotFound(command: MigrationCommand, cwd: string, why: Extract<FromGuard, { kind: "unstartable" }>): OffshootError {
  return new OffshootError("COMMAND_NOT_FOUND", `The migration command \`${describeCommand(command)}\` can't be started (${why.code}).`, {
    meaning: `It was started in ${cwd}; nothing was migrated.`,
    remedy: "Check that its program is installed for this job, and that the folder exists.",
    facts: { command: describeCommand(command), cwd, cause: why.code },
  });
}

function definedOnly(env: Env): Record<string, string> {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}
