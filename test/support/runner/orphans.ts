import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** A process of a job that outlived it. */
export interface Orphan {
  readonly pid: number;
  readonly command: string;
}

/**
 * Ends what is left of a job when its machine goes: GitHub's runner ends what carries its tracking id, and a machine
 * that is thrown away ends the rest, which is found here by its folder. Looks into `/proc`.
 */
export async function endOrphans(trackingId: string, folder: string): Promise<readonly Orphan[]> {
  const found: Orphan[] = [];
  // A process that is just being started is found in the second round.
  for (let round = 0; round < 2; round += 1) {
    const orphans = await orphansOf(trackingId, folder);
    for (const orphan of orphans) {
      endProcess(orphan.pid, "SIGKILL");
      if (!found.some(({ pid }) => pid === orphan.pid)) found.push(orphan);
    }
    if (orphans.length === 0) break;
    await pause(50);
  }
  return found;
}

async function orphansOf(trackingId: string, folder: string): Promise<readonly Orphan[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [environment, command, cwd] = await Promise.all([
        seen(readFile(`/proc/${pid}/environ`, "utf8")),
        seen(readFile(`/proc/${pid}/cmdline`, "utf8")),
        seen(readlink(`/proc/${pid}/cwd`)),
      ]);
      const isOurs =
        environment.includes(`RUNNER_TRACKING_ID=${trackingId}`) || command.includes(`${folder}/`) || cwd.startsWith(`${folder}/`);
      // One that has ended and waits for its parent has no command.
      return isOurs && command !== "" ? [{ pid: Number(pid), command: command.replaceAll("\0", " ").trim() }] : [];
    }),
  );
  return all.flat();
}

/** What a file of a process says; nothing where it ended meanwhile or is another user's. */
function seen(reading: Promise<string>): Promise<string> {
  return reading.catch((thrown: NodeJS.ErrnoException) => {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(thrown.code ?? "")) return "";
    throw thrown;
  });
}

/** Signals a process, or a whole group by its negative id; one that has ended is no failure. */
export function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}
