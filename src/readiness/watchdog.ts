/**
 * A process between the leader and the migration command. It ends the command, with everything that the command
 * started, when the leader ends (kill -9) or cannot prove any more that it leads (SIGSTOP, a broken network). The broker
 * through which the command reaches the database is in this process too: if it is killed, the command has no session left.
 * It exchanges messages with `command.ts` over the IPC channel. The command inherits its stdout and stderr.
 */
import { writeSync } from "node:fs";
import { Writable } from "node:stream";
import { type Broker, openBroker } from "../broker/broker.ts";
import { serverOf } from "../broker/backend.ts";
import { messageOf } from "../errors.ts";
import { parseUrl } from "../postgres/url.ts";
import { type Child, startChild } from "../process/child.ts";
import { type Family, type Member, membersOf, signalFamily, startOf } from "../process/marked.ts";
import { sessionName } from "./session-names.ts";
import { machineMs } from "./timings.ts";
import type { FenceOrder, FromWatchdog, ToWatchdog } from "./watchdog-messages.ts";

// Node opens its stdout and stderr when it pipes or closes a socket, and makes them non-blocking. The command inherits them:
// where the leader reads slowly, its writes would fail, and the end of its output, which shows the cause, would be lost.
for (const [fd, name] of [
  [1, "stdout"],
  [2, "stderr"],
] as const) {
  Object.defineProperty(process, name, { value: new Writable({ write: (chunk: Buffer, _encoding, done) => done(written(fd, chunk)) }) });
}

const CHECK_MS = 100;
/** Programs that the command left running have this long to end by themselves. */
const LEAVING_MS = 1000;

let broker: Broker | undefined;
let beatAt = 0;
let shortGraceMs = 1000;
let family: Family | undefined;
let abandoned = false;
let isFenced = false;
let killAt = Number.POSITIVE_INFINITY;
let finish = (): void => {};
const answers = new Map<string, (refused: string | undefined) => void>();

// A CI service that ends a job signals every process of the job, this one too.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(shortGraceMs));
process.on("disconnect", () => abandon());
void listen();

/** Writes at once. Nobody may read any more: that is not a failure. */
function written(fd: number, chunk: Buffer): undefined {
  try {
    writeSync(fd, chunk);
  } catch {
    return undefined;
  }
}

async function listen(): Promise<void> {
  // Without loopback the command can only be started without a broker. The leader decides that.
  broker = await openBroker().catch(() => undefined);
  process.on("message", (message: ToWatchdog) => void receive(message));
  // A leader that was killed while this program was loaded causes no event any more.
  if (process.connected) send({ kind: "here", port: broker?.port });
  else abandon();
}

async function receive(message: ToWatchdog): Promise<void> {
  if (message.kind === "start") return start(message);
  if (message.kind === "beat") {
    beatAt = message.at;
    send({ kind: "alive" });
  } else if (message.kind === "stop") stop(message.graceMs);
  else if (message.kind === "finish") finish();
  else if (message.kind === "admitted") answers.get(message.name)?.(message.refused);
  else {
    broker?.close();
    stop(shortGraceMs);
  }
}

async function start(order: Extract<ToWatchdog, { kind: "start" }>): Promise<void> {
  beatAt = order.beatAt;
  shortGraceMs = order.shortGraceMs;
  try {
    if (order.fence === undefined) broker?.close();
    else await serve(order.fence);
  } catch (thrown) {
    return leave({ kind: "unstartable", code: "BROKER", message: messageOf(thrown) });
  }
  // A leader that was stopped between its last heartbeat and this message may have been replaced.
  if (abandoned || machineMs() - beatAt > order.silenceMs) return leaveAbandoned();
  // The process group is needed to end the command with everything that it started.
  const command = startChild(order.argv, { cwd: order.cwd, env: order.env, group: true });
  command.started.catch((thrown: NodeJS.ErrnoException) =>
    leave({ kind: "unstartable", code: thrown.code ?? "UNKNOWN", message: thrown.message }),
  );
  if (command.pid === undefined) return;
  family = { group: command.pid, mark: order.mark, since: startOf(process.pid) };
  send({ kind: "started", pid: command.pid });
  await watch(command, family, order.silenceMs);
}

async function serve({ url, name, checksConnection }: FenceOrder): Promise<void> {
  isFenced = true;
  broker?.serve({
    server: await serverOf(url),
    database: parseUrl(url).database,
    nameOf: (nonce) => sessionName(name, nonce),
    checksConnection,
    admit: (session) =>
      new Promise((resolve) => {
        answers.set(session, (refused) => {
          answers.delete(session);
          resolve(refused);
        });
        send({ kind: "admit", name: session });
      }),
  });
}

async function watch(command: Child, watched: Family, silenceMs: number): Promise<void> {
  const timer = setInterval(() => {
    if (machineMs() - beatAt > silenceMs) abandon();
    if (machineMs() >= killAt) signalFamily(watched, "SIGKILL");
  }, CHECK_MS);
  const { code, signal } = await command.ended;
  const isDone = code === 0 && killAt === Number.POSITIVE_INFINITY;
  if (isDone) await leaderSaysFinish();
  const left = await endFamily(watched, isDone ? LEAVING_MS : 0);
  clearInterval(timer);
  leave({ kind: "ended", code, signal, abandoned, sessions: isFenced ? broker?.counts() : undefined, left });
}

/** The leader first waits for the sessions of what the command left running. A stopped command is not waited for. */
function leaderSaysFinish(): Promise<void> {
  return new Promise((resolve) => {
    finish = resolve;
    send({ kind: "exited" });
  });
}

/**
 * Ends what the command started and left running: it must not write beside the next leader's command. Returns the names of
 * the programs that did not end within `leavingMs` by themselves.
 */
async function endFamily(watched: Family, leavingMs: number): Promise<readonly string[]> {
  let left: readonly Member[] = [];
  await until(() => (left = membersOf(watched)).length === 0, machineMs() + leavingMs);
  if (left.length === 0) return [];
  stop(shortGraceMs);
  await until(() => membersOf(watched).length === 0, killAt + shortGraceMs);
  return left.map(({ name }) => name);
}

async function until(isTrue: () => boolean, atMs: number): Promise<void> {
  while (!isTrue() && machineMs() < Math.min(atMs, killAt + shortGraceMs)) await new Promise((resolve) => setTimeout(resolve, 25));
}

function abandon(): void {
  abandoned = true;
  broker?.close();
  if (family === undefined) return leaveAbandoned();
  stop(shortGraceMs);
}

function stop(graceMs: number): void {
  // No command was started, and none will be.
  if (family === undefined) return abandon();
  const isFirst = killAt === Number.POSITIVE_INFINITY;
  killAt = Math.min(killAt, machineMs() + graceMs);
  if (isFirst) signalFamily(family, "SIGTERM");
  finish();
}

function send(message: FromWatchdog, then: () => void = () => {}): void {
  // A leader that has ended receives nothing. Its end is an event of its own ("disconnect").
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}

function leaveAbandoned(): void {
  leave({ kind: "ended", code: null, signal: null, abandoned: true, sessions: undefined, left: [] });
}

function leave(message: FromWatchdog): void {
  broker?.close();
  send(message, () => process.exit(0));
}
