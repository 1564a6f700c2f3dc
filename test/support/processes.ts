import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The environment variables by which all processes of a schedule, or of one actor in it, are found. */
export const MARK = "OFFSHOOT_TEST_SCHEDULE";
export const ACTOR_MARK = "OFFSHOOT_TEST_ACTOR";

/** Whether a process exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  const state = readProc(pid, "stat")
    .replace(/^.*\) /s, "")
    .charAt(0);
  return state !== "" && state !== "Z" && state !== "X";
}

/** All descendants of a process, or those whose command line contains a text. */
export function descendants(pid: number, text = ""): readonly number[] {
  const table = execFileSync("ps", ["-e", "-o", "pid=,ppid="]).toString();
  const parents = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    parents.filter(([, its]) => its === parent).flatMap(([child = 0]) => [child, ...below(child)]);
  return below(pid).filter((each) => text === "" || commandLine(each).includes(text));
}

/** All processes whose environment has the mark, also those that left their parent, group and session. */
export function marked(mark: string): readonly number[] {
  return markedBy(MARK, mark);
}

/**
 * The same for another variable. Local servers and their idle reapers are shared and outlive every job, so they are left out.
 */
export function markedBy(variable: string, mark: string): readonly number[] {
  const wanted = `${variable}=${mark}`;
  return allPids().filter((pid) => readProc(pid, "environ").split("\0").includes(wanted) && isRunning(pid) && !isShared(pid));
}

function isShared(pid: number): boolean {
  return /idle-reaper|^\S*\bpostgres\b/.test(commandLine(pid));
}

/** The arguments of a process, joined by blanks. Empty for one that has ended. */
export function commandLine(pid: number): string {
  return readProc(pid, "cmdline").split("\0").join(" ").trim();
}

/** The process that listens on a loopback port, if it is one of `candidates`. */
export function listenerOf(port: number, candidates: readonly number[]): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set(
    readFileSync("/proc/net/tcp", "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      // proc(5): the second column is the local address, the fourth the state (0A: listening), the tenth the inode.
      .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === "0A")
      .map((fields) => `socket:[${fields[9]}]`),
  );
  return candidates.find((pid) => openFiles(pid).some((file) => inodes.has(file)));
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

function allPids(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Empty for a process that has ended. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

function openFiles(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}
