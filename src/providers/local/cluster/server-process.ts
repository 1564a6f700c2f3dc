import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Deadline } from "../../../deadline.ts";
import { OffshootError } from "../../../errors.ts";
import { MIB, readText } from "../../../read-file.ts";
import { signalProcess } from "../../../process/signals.ts";
import { executable } from "./runtime.ts";

/** What a running server writes to `postmaster.pid` (PostgreSQL source, `miscadmin.h`, LOCK_FILE_LINE_*). */
export interface PidFile {
  readonly pid: number;
  /** Undefined in the first moments of a start. */
  readonly port: number | undefined;
  readonly status: "starting" | "stopping" | "ready" | "standby" | undefined;
}

export function pidFilePath(data: string): string {
  return join(data, "postmaster.pid");
}

/** Undefined when there is no pid file, or when it has no valid content yet. */
export async function readPidFile(data: string): Promise<PidFile | undefined> {
  try {
    return parsePidFile(await readText(pidFilePath(data)));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

export function parsePidFile(text: string): PidFile | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const status = lines[7];
  return {
    pid,
    port: Number.isInteger(port) && port > 0 ? port : undefined,
    status: status === "starting" || status === "stopping" || status === "ready" || status === "standby" ? status : undefined,
  };
}

/**
 * Whether `pid` is the server of this data directory. The number alone proves nothing: it may belong to another process now,
 * or to an ended one that its parent has not collected. The command line of a server contains its data directory.
 */
export async function isServer(pid: number, data: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM means a process of another user. Only root starts servers as another user.
    if ((thrown as NodeJS.ErrnoException).code !== "EPERM" || process.getuid?.() !== 0) return false;
  }
  if (process.platform === "win32") return true;
  return (await commandLine(pid)).includes(data);
}

/** Empty for a process that has ended. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") return readText(`/proc/${pid}/cmdline`, 8 * MIB).catch(() => "");
  const listed = await promisify(execFile)("ps", ["-ww", "-o", "command=", "-p", String(pid)]).catch(() => undefined);
  return listed?.stdout ?? "";
}

export interface StopOptions {
  readonly within: Deadline;
  /**
   * `SIGINT`, the default, ends all sessions and writes a last checkpoint. `SIGQUIT` ends the server as a crash does
   * (PostgreSQL documentation, "Shutting Down the Server").
   */
  readonly signal?: "SIGINT" | "SIGQUIT";
  /** Finds the folder of the server's programs. Only Windows uses it, because it has no signals. */
  readonly findBin?: () => Promise<string | undefined>;
}

/** Stops the server of a data directory and returns when its process has ended. Does nothing when no server runs. */
export async function stop(data: string, { within, signal = "SIGINT", findBin }: StopOptions): Promise<void> {
  const pidFile = await readPidFile(data);
  if (pidFile === undefined || !(await isServer(pidFile.pid, data))) return;
  if (process.platform === "win32") await stopByProgram(data, signal, await findBin?.());
  else signalProcess(pidFile.pid, signal);
  await untilEnded(data, pidFile.pid, within);
}

async function stopByProgram(data: string, signal: "SIGINT" | "SIGQUIT", bin: string | undefined): Promise<void> {
  if (bin === undefined) {
    throw new OffshootError("POSTGRES_NOT_FOUND", "The local Postgres was not stopped: its programs were not found.", {
      remedy: "Install the same major version of Postgres again, or end the process `postgres` in the Task Manager.",
    });
  }
  await promisify(execFile)(executable(bin, "pg_ctl"), ["stop", "-W", "-m", signal === "SIGINT" ? "fast" : "immediate", "-D", data]);
}

/** Waits until a server that is shutting down has ended. */
export async function untilEnded(data: string, pid: number, within: Deadline): Promise<void> {
  while (await isServer(pid, data)) await within.pause(10);
}
