/**
 * A process of its own between the leader and the migration command. It ends the command, with all that the
 * command started, when the leader goes away (kill -9) or can no longer prove that it leads (SIGSTOP, a dead
 * network): so a superseded leader's command is dead before the next one starts, whatever happened to the leader.
 * Talks with `command.ts` over the IPC channel; the command inherits stdout and stderr.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { groupIsAlive, signalGroup } from "../process/group.ts";
import { machineMs } from "./clock.ts";

export type ToGuard =
  | {
      readonly kind: "start";
      /** File and arguments, or one line for the shell. */
      readonly argv: readonly string[] | string;
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      readonly beatAt: number;
      readonly quietMs: number;
      readonly hastyMs: number;
    }
  /** The leader proved at that time (by `machineMs`) that it leads. */
  | { readonly kind: "beat"; readonly at: number }
  | { readonly kind: "stop"; readonly graceMs: number };

export type FromGuard =
  /** Ready for its order: a leader that died while we started gives none, and nothing runs. */
  | { readonly kind: "here" }
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "unstartable"; readonly code: string; readonly message: string }
  /** `abandoned`: ended since the leader could not prove that it leads. */
  | { readonly kind: "ended"; readonly code: number | null; readonly signal: string | null; readonly abandoned: boolean };

const LOOK_MS = 100;
let heardAt = 0;
let hastyMs = 1000;
let pid: number | undefined;
let abandoned = false;
let killAt = Number.POSITIVE_INFINITY;

process.on("message", (message: ToGuard) => {
  if (message.kind === "start") start(message);
  else if (message.kind === "beat") heardAt = message.at;
  else stop(message.graceMs);
});
process.on("disconnect", () => abandon());
tell({ kind: "here" });
// A CI service that ends a job signals each process of it, this one too.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(hastyMs));

function start(order: Extract<ToGuard, { kind: "start" }>): void {
  heardAt = order.beatAt;
  hastyMs = order.hastyMs;
  // A leader that was stopped between its proof and this order may have been replaced.
  if (machineMs() - heardAt > order.quietMs) return leave({ kind: "ended", code: null, signal: null, abandoned: true });
  const [file = "", ...rest] = typeof order.argv === "string" ? [order.argv] : order.argv;
  const command = spawn(file, rest, {
    cwd: order.cwd,
    env: { ...order.env },
    shell: typeof order.argv === "string",
    stdio: ["ignore", "inherit", "inherit"],
    // A process group of its own, to be ended as a whole.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  command.on("error", (error: NodeJS.ErrnoException) => {
    if (command.pid === undefined) leave({ kind: "unstartable", code: error.code ?? "UNKNOWN", message: error.message });
  });
  if (command.pid === undefined) return;
  pid = command.pid;
  tell({ kind: "started", pid });
  watch(command, order.quietMs);
}

function watch(command: ChildProcess, quietMs: number): void {
  const timer = setInterval(() => {
    if (machineMs() - heardAt > quietMs) abandon();
    if (machineMs() >= killAt && pid !== undefined) signalGroup(pid, "SIGKILL");
  }, LOOK_MS);
  command.on("exit", (code, signal) => {
    const emit: FromGuard = { kind: "ended", code, signal, abandoned };
    // What the command left running in its group is ended too: it must not write beside a successor.
    if (groupIsAlive(command.pid ?? 0)) stop(hastyMs);
    const sweeper = setInterval(() => {
      // A container whose first process reaps nobody keeps dead members for ever: SIGKILL and a while must do.
      if (groupIsAlive(command.pid ?? 0) && machineMs() < killAt + hastyMs) return;
      clearInterval(sweeper);
      clearInterval(timer);
      leave({ ...emit, abandoned });
    }, 10);
  });
}

function abandon(): void {
  abandoned = true;
  if (pid === undefined) return leave({ kind: "ended", code: null, signal: null, abandoned: true });
  stop(hastyMs);
}

function stop(graceMs: number): void {
  // Nothing was started, and nothing will be.
  if (pid === undefined) return abandon();
  const first = killAt === Number.POSITIVE_INFINITY;
  killAt = Math.min(killAt, machineMs() + graceMs);
  if (first) signalGroup(pid, "SIGTERM");
}

function tell(message: FromGuard, then: () => void = () => {}): void {
  // A leader that is gone hears nothing: its end is what we act upon anyway.
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}

function leave(message: FromGuard): void {
  tell(message, () => process.exit(0));
}
