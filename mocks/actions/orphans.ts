import { readdirSync, readFileSync, readlinkSync } from "node:fs";
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
    const orphans = orphansOf(trackingId, folder);
    for (const orphan of orphans) {
      endProcess(orphan.pid, "SIGKILL");
      if (!found.some(({ pid }) => pid === orphan.pid)) found.push(orphan);
    }
    if (orphans.length === 0) break;
    await pause(50);
  }
  return found;
}

/** Synchronous, which costs a tenth for so many tiny files. */
function orphansOf(trackingId: string, folder: string): readonly Orphan[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const command = seen(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
    // One that has ended and waits for its parent has no command, and neither has the kernel.
    if (command === "") return [];
    const isOurs =
      command.includes(`${folder}/`) ||
      seen(() => readFileSync(`/proc/${pid}/environ`, "utf8")).includes(`RUNNER_TRACKING_ID=${trackingId}`) ||
      seen(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(`${folder}/`);
    return isOurs ? [{ pid: Number(pid), command: command.replaceAll("\0", " ").trim() }] : [];
  });
}

/** What a file of a process says; nothing where it ended meanwhile or is another user's. */
function seen(read: () => string): string {
  try {
    return read();
  } catch (thrown) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((thrown as NodeJS.ErrnoException).code ?? "")) return "";
    throw thrown;
  }
}

/** Signals a process, or a whole group by its negative id; one that has ended is no failure. */
export function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}
