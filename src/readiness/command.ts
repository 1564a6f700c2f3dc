import type { BrokerCounts } from "../broker/broker.ts";
import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import type { Listener } from "../events.ts";
import { hideMessages, privateOutput } from "../postgres/private-output.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { cleanOutput } from "../process/clean-output.ts";
import { MARK } from "../process/marked.ts";
import { createTail } from "../process/tail.ts";
import { createCauseFinder, type Found } from "./cause.ts";
import { describeCommand, type MigrationCommand } from "./migration-command.ts";
import { brokerEnvironment, brokerUrl } from "./fence.ts";
import { type LastMessage, startWatchdog, type WatchdogProcess } from "./watchdog-process.ts";

/** How a command ended. */
export interface CommandEnd extends Found {
  /** Exit status. Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines of its output, without secrets and without values of rows. */
  readonly tail: string;
  /** It was ended because its leader could not prove that it leads. */
  readonly abandoned: boolean;
  /** How the watchdog was ended, if it did not end by itself. Its command was ended with it. */
  readonly watchdogKilledBy?: string;
  /** What passed the broker. Undefined: the command was not fenced. */
  readonly sessions?: BrokerCounts | undefined;
  /** Names of the programs that still ran after the command's end, and were ended. */
  readonly left?: readonly string[];
  /** The error of a function that ran instead of a command. */
  readonly error?: unknown;
}

/** How the command is fenced. */
export interface Fence {
  /** The name of its sessions. */
  readonly name: string;
  readonly checksConnection: boolean;
  /** Proves that we lead, and records the session with that name. Returns why the command must not use it. */
  readonly admit: (name: string) => Promise<string | undefined>;
}

export interface CommandOptions {
  readonly cwd: string;
  /** The complete environment of the command, for the URL that it connects to. */
  readonly env: (url: DirectUrl) => Env;
  readonly url: DirectUrl;
  /** Undefined: the command connects to the server itself. */
  readonly fence: Fence | undefined;
  /** Waits until the sessions of a command that ended with status 0 have ended too, for a limited time. */
  readonly untilSessionsEnded: () => Promise<void>;
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
  /** The lead is lost: ends all sessions of the command at once, and the command soon. */
  cut(): void;
  /** Settles when the command and its process group have ended. Throws `COMMAND_NOT_FOUND`. */
  readonly ended: Promise<CommandEnd>;
}

/**
 * Starts the command under a watchdog of its own (see `watchdog.ts`). Its sessions pass the watchdog's broker. `started`: a
 * watchdog that was already started for it.
 */
export function startCommand(command: MigrationCommand, options: CommandOptions, started?: WatchdogProcess): RunningCommand {
  const watchdog = started ?? startWatchdog(options.env(options.url));
  const admit = async (name: string): Promise<void> => {
    watchdog.send({ kind: "admitted", name, refused: await options.fence?.admit(name) });
  };
  watchdog.onMessage((message) => {
    if (message.kind === "here") start(watchdog, command, options, message.port);
    else if (message.kind === "admit") void admit(message.name);
    else if (message.kind === "exited") void options.untilSessionsEnded().finally(() => watchdog.send({ kind: "finish" }));
  });
  return {
    beat: (at) => watchdog.beat(at, options.silenceMs),
    stop: (graceMs) => watchdog.send({ kind: "stop", graceMs }),
    cut: () => watchdog.send({ kind: "cut" }),
    ended: follow(watchdog, command, options),
  };
}

function start(watchdog: WatchdogProcess, command: MigrationCommand, options: CommandOptions, port: number | undefined): void {
  const { cwd, url, fence, silenceMs, shortGraceMs } = options;
  const usesBroker = fence !== undefined && port !== undefined;
  const env = usesBroker ? brokerEnvironment(options.env(brokerUrl(url, port))) : options.env(url);
  watchdog.send({
    kind: "start",
    argv: command.kind === "shell" ? command.text : command.argv,
    cwd,
    env: { ...definedOnly(env), [MARK]: watchdog.mark },
    mark: watchdog.mark,
    beatAt: options.beatAt(),
    silenceMs,
    shortGraceMs,
    fence: usesBroker ? { url, name: fence.name, checksConnection: fence.checksConnection } : undefined,
  });
}

async function follow(watchdog: WatchdogProcess, command: MigrationCommand, options: CommandOptions): Promise<CommandEnd> {
  const tail = createTail(options.secrets);
  const finder = createCauseFinder();
  // The tail is stored in the database and shown to other jobs. The output itself is only shown where the command runs.
  const shared = { stdout: privateOutput(), stderr: privateOutput() };
  const cleaner = cleanOutput(options.secrets, (stream, text) => {
    tail.push(stream, Buffer.from(shared[stream].push(text)));
    finder.push(text);
    options.emit({ kind: "output", stream, chunk: Buffer.from(text) });
  });
  watchdog.onOutput(({ stream, chunk }) => cleaner.push(stream, chunk));
  const message = await watchdog.last;
  cleaner.end();
  for (const stream of ["stdout", "stderr"] as const) tail.push(stream, Buffer.from(shared[stream].end()));
  const sent = message.kind === "ended" ? (message.sessions?.errors ?? []) : [];
  const end = endBy(message, hideMessages(tail.text(), sent), command, options);
  return end.code === 0 ? end : { ...end, ...finder.find(end.sessions, options.cwd) };
}

function endBy(message: LastMessage, tail: string, command: MigrationCommand, options: CommandOptions): CommandEnd {
  if (message.kind === "unstartable") throw commandNotFound(command, options.cwd, message);
  if (message.kind === "killed") return { code: null, signal: null, tail, abandoned: false, watchdogKilledBy: message.by };
  const { code, signal, abandoned, sessions, left } = message;
  return { code, signal, tail, abandoned, sessions, left };
}

function commandNotFound(command: MigrationCommand, cwd: string, why: Extract<LastMessage, { kind: "unstartable" }>): OffshootError {
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
