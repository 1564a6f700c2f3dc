import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Whether a process exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .charAt(0);
    return state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

/** All descendants of a process. */
export function descendants(pid: number): readonly number[] {
  const table = execFileSync("ps", ["-e", "-o", "pid=,ppid="]).toString();
  const parents = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    parents.filter(([, its]) => its === parent).flatMap(([child = 0]) => [child, ...below(child)]);
  return below(pid);
}

/** Signals processes. Ignores those that have ended. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
    }
  }
}
