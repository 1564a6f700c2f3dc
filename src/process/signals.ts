import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";

/** Signals one process. False: the process does not exist. A process of another user is left alone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  return kill(pid, signal);
}

/** Whether a process exists. A process that has ended exists until its parent has read its exit status. */
export function isAlive(pid: number): boolean {
  return kill(pid, 0);
}

/**
 * Signals every process of a group, which has the process id of its first process. False: the group is empty.
 * Windows has no process groups and no SIGTERM: there `taskkill` ends the process and its descendants at once.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  if (process.platform === "win32") {
    if (!isAlive(pid)) return false;
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on("error", () => process.kill(pid));
    return true;
  }
  return kill(-pid, signal);
}

/** Whether a process group has members, zombies included. On Windows: whether its first process exists. */
export function groupIsAlive(pid: number): boolean {
  return process.platform === "win32" ? isAlive(pid) : kill(-pid, 0);
}

/**
 * Whether a process group has a member that runs. Unlike `groupIsAlive` it ignores zombies on Linux: in a container
 * whose first process is not an init process, zombies remain until the container ends.
 */
export function groupIsRunning(pid: number): boolean {
  if (!groupIsAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isRunningMember(name, pid));
}

/** A shell's exit status for a process that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (thrown) {
    // EPERM: the process exists and belongs to another user. ESRCH: it does not exist.
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Reads the fields of `/proc/PID/stat` after the name in parentheses: state, parent, group (proc(5)). */
function isRunningMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(itsGroup) === group && state !== "Z" && state !== "X";
  } catch {
    // The process ended after the folder was listed.
    return false;
  }
}
