import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, stat } from "node:fs/promises";
import { OffshootError } from "../../../errors.ts";
import type { Deadline } from "../../../deadline.ts";
import { executable, idsOf } from "./program.ts";
import type { Cluster } from "./cluster.ts";
import { type Diagnosis, diagnose, diskFull, lastWords } from "./failure.ts";
import { readPidFile } from "./pidfile.ts";
import { choosePort } from "./port.ts";
import type { Runtime } from "./runtime.ts";
import { serverSettings } from "./settings.ts";

/** How often a start is tried again for what may pass: a port that was snatched, memory that a dead server still holds. */
const TRIES = 8;

/** A log is begun anew when it is larger than this at a start. */
const LOG_BYTES = 8 * 1024 ** 2;

/**
 * Starts the server of a whole data directory: in a session of its own, with its output in the log, so that it
 * outlives this process and holds none of its streams. Returns when it accepts connections, or `damaged` when the
 * directory is at fault. Throws `DISK_FULL` and `POSTGRES_START_FAILED`. Call it under the boot lock.
 */
export async function start(cluster: Cluster, runtime: Runtime, within: Deadline): Promise<"ready" | "damaged"> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(cluster.data, attempt === 1);
    const { failure, log } = await tryToStart(cluster, runtime, port, within);
    if (failure === undefined) return "ready";
    if (failure === "damaged") return "damaged";
    if (failure === "disk-full") throw await diskFull(cluster.folder, lastWords(log));
    if (failure === "machine" || attempt === TRIES) throw startFailed(cluster, log);
    if (failure === "already-running") await within.pause(500);
  }
}

function startFailed(cluster: Cluster, log: string): OffshootError {
  return new OffshootError("POSTGRES_START_FAILED", `The local Postgres ${cluster.major} did not start.`, {
    meaning: lastWords(log),
    remedy: `Its log is ${cluster.log}.`,
    facts: { log: cluster.log },
  });
}

interface Attempt {
  readonly failure: Diagnosis | undefined;
  /** What the server logged in this attempt. */
  readonly log: string;
}

async function tryToStart(cluster: Cluster, runtime: Runtime, port: number, within: Deadline): Promise<Attempt> {
  const size = await stat(cluster.log).then(
    (found) => found.size,
    () => 0,
  );
  const isLarge = size > LOG_BYTES;
  const log = await open(cluster.log, isLarge ? "w" : "a", 0o600);
  try {
    const child = launch(cluster, runtime, port, log.fd);
    const isReady = await untilReady(cluster, child, within);
    if (isReady) return { failure: undefined, log: "" };
  } finally {
    await log.close();
  }
  const written = (await readFile(cluster.log, "utf8")).slice(isLarge ? 0 : size);
  return { failure: diagnose(written), log: written };
}

function launch({ major, data, folder, log }: Cluster, runtime: Runtime, port: number, output: number): ChildProcess {
  const flags = Object.entries(serverSettings(major)).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const options = ["-p", String(port), ...flags];
  const spawnOptions = {
    cwd: folder,
    env: { ...runtime.environment },
    detached: true,
    windowsHide: true,
    stdio: ["ignore", output, output] satisfies ["ignore", number, number],
    ...idsOf(runtime.account),
  };
  // On Windows only pg_ctl gives up an administrator's rights, with which Postgres refuses to run.
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

/** True when the server says that it accepts connections, false when it has ended. Ends it when the time is over. */
async function untilReady({ data }: Cluster, child: ChildProcess, within: Deadline): Promise<boolean> {
  let hasEnded = false;
  // pg_ctl ends well at once; the server itself ends only when it failed.
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
