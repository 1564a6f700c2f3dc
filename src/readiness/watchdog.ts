/**
 * A process between the leader and the migration command. It ends the command, with everything that the command
 * started, when the leader ends (kill -9) or cannot prove any more that it leads (SIGSTOP, a broken network). So the
 * command of a replaced leader has always ended before the next one starts.
 * It exchanges messages with `command.ts` over the IPC channel. The command inherits its stdout and stderr.
 */
import { type Child, startChild } from "../process/child.ts";
import { groupIsAlive, signalGroup } from "../process/signals.ts";
import { machineMs } from "./timings.ts";

export type ToWatchdog =
  | {
      readonly kind: "start";
      /** File and arguments, or one line for the shell. */
      readonly argv: readonly string[] | string;
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      readonly beatAt: number;
      readonly silenceMs: number;
      readonly shortGraceMs: number;
    }
  /** The leader proved at that time (by `machineMs`) that it leads. */
  | { readonly kind: "beat"; readonly at: number }
  | { readonly kind: "stop"; readonly graceMs: number };

export type FromWatchdog =
  /** Ready for `start`. A leader that died meanwhile sends no `start`, and nothing runs. */
  | { readonly kind: "here" }
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "unstartable"; readonly code: string; readonly message: string }
  /** `abandoned`: ended because the leader could not prove that it leads. */
  | { readonly kind: "ended"; readonly code: number | null; readonly signal: string | null; readonly abandoned: boolean };

const CHECK_MS = 100;
let beatAt = 0;
let shortGraceMs = 1000;
let pid: number | undefined;
let abandoned = false;
let killAt = Number.POSITIVE_INFINITY;

process.on("message", (message: ToWatchdog) => {
  if (message.kind === "start") start(message);
  else if (message.kind === "beat") beatAt = message.at;
  else stop(message.graceMs);
});
process.on("disconnect", () => abandon());
send({ kind: "here" });
// A CI service that ends a job signals every process of the job, this one too.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(shortGraceMs));

function start(order: Extract<ToWatchdog, { kind: "start" }>): void {
  beatAt = order.beatAt;
  shortGraceMs = order.shortGraceMs;
  // A leader that was stopped between its last heartbeat and this message may have been replaced.
  if (machineMs() - beatAt > order.silenceMs) return leave({ kind: "ended", code: null, signal: null, abandoned: true });
  // The process group is needed to end the command with everything that it started.
  const command = startChild(order.argv, { cwd: order.cwd, env: order.env, group: true });
  command.started.catch((thrown: NodeJS.ErrnoException) =>
    leave({ kind: "unstartable", code: thrown.code ?? "UNKNOWN", message: thrown.message }),
  );
  if (command.pid === undefined) return;
  pid = command.pid;
  send({ kind: "started", pid });
  void watch(command, command.pid, order.silenceMs);
}

async function watch(command: Child, group: number, silenceMs: number): Promise<void> {
  const timer = setInterval(() => {
    if (machineMs() - beatAt > silenceMs) abandon();
    if (machineMs() >= killAt) signalGroup(group, "SIGKILL");
  }, CHECK_MS);
  const { code, signal } = await command.ended;
  // What the command started and left in its group is ended too: it must not write beside the next leader's command.
  if (groupIsAlive(group)) stop(shortGraceMs);
  const groupCheck = setInterval(() => {
    // In a container whose first process is not an init process, zombies never disappear. So this has a time limit.
    if (groupIsAlive(group) && machineMs() < killAt + shortGraceMs) return;
    clearInterval(groupCheck);
    clearInterval(timer);
    leave({ kind: "ended", code, signal, abandoned });
  }, 10);
}

function abandon(): void {
  abandoned = true;
  if (pid === undefined) return leave({ kind: "ended", code: null, signal: null, abandoned: true });
  stop(shortGraceMs);
}

function stop(graceMs: number): void {
  // No command was started, and none will be.
  if (pid === undefined) return abandon();
  const isFirst = killAt === Number.POSITIVE_INFINITY;
  killAt = Math.min(killAt, machineMs() + graceMs);
  if (isFirst) signalGroup(pid, "SIGTERM");
}

function send(message: FromWatchdog, then: () => void = () => {}): void {
  // A leader that has ended receives nothing. Its end is an event of its own ("disconnect").
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}

function leave(message: FromWatchdog): void {
  send(message, () => process.exit(0));
}
