import { spawn } from "node:child_process";

/**
 * Signals a command and all that it started and that stayed in its process group. False: nobody is left there.
 * Windows has no process groups and no SIGTERM: there `taskkill` ends the tree that can still be seen, at once.
 */
export function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): boolean {
  if (process.platform === "win32") {
    if (!isAlive(pid)) return false;
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on("error", () => process.kill(pid));
    return true;
  }
  return kill(-pid, signal);
}

/** Whether anybody is left in the command's process group; on Windows, whether the command itself is alive. */
export function groupIsAlive(pid: number): boolean {
  return process.platform === "win32" ? isAlive(pid) : kill(-pid, 0);
}

function isAlive(pid: number): boolean {
  return kill(pid, 0);
}

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (thrown) {
    // EPERM: somebody is there who changed user.
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
