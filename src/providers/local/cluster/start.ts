import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, stat, truncate } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import type { Deadline } from "../../../deadline.ts";
import { OffshootError } from "../../../errors.ts";
import { readText } from "../../../read-file.ts";
import { idsOf } from "./account.ts";
import { diagnose, diskFull, lastErrors, machineRemedy, type StartFailure } from "./failure.ts";
import { executable, type Runtime } from "./runtime.ts";
import { LOG_BYTES } from "./leftovers.ts";
import { readPidFile } from "./server-process.ts";

/** How often a start is repeated after a failure that can pass: another process took the port, or an ended server still holds memory. */
const TRIES = 8;

export interface StartOptions {
  /** A complete data directory. */
  readonly data: string;
  /** File for the output of the server. */
  readonly log: string;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Whether the server must outlive this process. Default: false, and Ctrl-C in the terminal stops it too. */
  readonly detached?: boolean;
}

export interface Started {
  readonly process: ChildProcess;
  readonly port: number;
}

/**
 * Starts the server of a data directory on a free loopback port, with its output in the log. Returns when it accepts
 * connections, or `damaged` when the cause of a failure is in the directory. Throws `DISK_FULL` and
 * `POSTGRES_START_FAILED`. Two processes must not call it for one directory at the same time.
 */
export async function start(runtime: Runtime, options: StartOptions, within: Deadline): Promise<Started | "damaged"> {
  for (let attempt = 1; ; attempt += 1) {
    // The last port first, so that URLs from before a crash stay valid.
    const port = (attempt === 1 ? await lastPort(options.data) : undefined) ?? (await freePort());
    const { started, failure, log } = await tryToStart(runtime, options, port, within);
    if (started !== undefined) return started;
    if (failure === "damaged") return "damaged";
    if (failure === "disk-full") throw await diskFull(dirname(options.data), lastErrors(log));
    if (failure === "machine" || attempt === TRIES) throw startFailed(options, log);
    if (failure === "already-running") await within.pause(500);
  }
}

function startFailed({ data, log }: StartOptions, output: string): OffshootError {
  return new OffshootError("POSTGRES_START_FAILED", `The local Postgres with the data directory ${data} did not start.`, {
    meaning: lastErrors(output),
    remedy: machineRemedy(output) ?? `Read its log ${log} and fix the cause.`,
    facts: { log },
  });
}

interface Attempt {
  readonly started?: Started;
  readonly failure?: StartFailure;
  /** What the server logged in this attempt. */
  readonly log: string;
}

async function tryToStart(runtime: Runtime, options: StartOptions, port: number, within: Deadline): Promise<Attempt> {
  const size = await stat(options.log).then(
    (found) => found.size,
    () => 0,
  );
  const isLarge = size > LOG_BYTES;
  if (isLarge) await truncate(options.log);
  // In append mode the server continues at the end of the file when the idle reaper makes the file shorter.
  const log = await open(options.log, "a", 0o600);
  try {
    const child = launch(runtime, options, port, log.fd);
    if (await untilReady(options.data, child, within)) return { started: { process: child, port }, log: "" };
  } finally {
    await log.close();
  }
  const output = (await readText(options.log, 8 * LOG_BYTES).catch(() => "")).slice(isLarge ? 0 : size);
  return { failure: diagnose(output), log: output };
}

function launch(runtime: Runtime, { data, log, settings, detached = false }: StartOptions, port: number, output: number): ChildProcess {
  const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const options = ["-p", String(port), ...flags];
  const spawnOptions = {
    cwd: dirname(data),
    env: { ...runtime.environment },
    detached,
    windowsHide: true,
    stdio: ["ignore", output, output] satisfies ["ignore", number, number],
    ...idsOf(runtime.account),
  };
  // Postgres refuses to run with an administrator's rights. On Windows only pg_ctl drops them.
  const child =
    process.platform === "win32"
      ? spawn(executable(runtime.bin, "pg_ctl"), ["start", "-W", "-D", data, "-l", log, "-o", options.map(quoted).join(" ")], spawnOptions)
      : spawn(executable(runtime.bin, "postgres"), ["-D", data, ...options], spawnOptions);
  child.unref();
  return child;
}

function quoted(option: string): string {
  return option === "" || /[\s=]/.test(option) ? `"${option}"` : option;
}

/** True when the server accepts connections, false when it has ended. When the time is over the server is stopped. */
async function untilReady(data: string, child: ChildProcess, within: Deadline): Promise<boolean> {
  let hasEnded = false;
  // pg_ctl ends at once with status 0. The server itself ends only when it failed.
  child.once("exit", (code) => (hasEnded = !(process.platform === "win32" && code === 0)));
  child.once("error", () => (hasEnded = true));
  try {
    for (;;) {
      const pidFile = await readPidFile(data);
      if (pidFile?.status === "ready" && (pidFile.pid === child.pid || process.platform === "win32")) return true;
      if (hasEnded) return false;
      await within.pause(10);
    }
  } catch (thrown) {
    child.kill("SIGINT");
    throw thrown;
  }
}

/** The port of the last start if it is free. Postgres keeps its last command line in the data directory. */
async function lastPort(data: string): Promise<number | undefined> {
  const options = await readText(join(data, "postmaster.opts")).catch(() => "");
  const [, port] = /"-p" "(\d+)"/.exec(options) ?? [];
  return port === undefined ? undefined : freePort(Number(port)).catch(() => undefined);
}

/** A loopback port that is free now, or `wanted` if it is. Another process can take it before the caller uses it. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer().listen(wanted, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The listening socket has no port.");
  return address.port;
}
