import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a running server writes into `postmaster.pid` (PostgreSQL source, `miscadmin.h`, LOCK_FILE_LINE_*). */
export interface PidFile {
  readonly pid: number;
  /** Undefined in the first moments. */
  readonly port: number | undefined;
  readonly status: "starting" | "stopping" | "ready" | "standby" | undefined;
}

export function pidFilePath(data: string): string {
  return join(data, "postmaster.pid");
}

/** Undefined where there is none, or none that makes sense yet. */
export async function readPidFile(data: string): Promise<PidFile | undefined> {
  try {
    return parsePidFile(await readFile(pidFilePath(data), "utf8"));
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
 * Whether `pid` is the server of this data directory. A number alone proves nothing: it may be another process by
 * now, or a dead one that nobody has collected. The server's command line names its data directory.
 */
export async function isServer(pid: number, data: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: somebody else's process, and only root's servers run as another user.
    if ((thrown as NodeJS.ErrnoException).code !== "EPERM" || process.getuid?.() !== 0) return false;
  }
  if (process.platform === "win32") return true;
  return (await commandLine(pid)).includes(data);
}

/** Empty for a process that is gone or only waits to be collected. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const listed = await run("ps", ["-ww", "-o", "command=", "-p", String(pid)]).catch(() => undefined);
  return listed?.stdout ?? "";
}
