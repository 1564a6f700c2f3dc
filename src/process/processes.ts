import { readdirSync, readFileSync } from "node:fs";
import type { Env } from "../environment.ts";
import { runProgram } from "./run-program.ts";

/** One process of this machine. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** When it started, in the system's own form. Together with the pid it identifies the process. */
  readonly started: string;
  /** It has ended, and its parent has not read its exit status. */
  readonly isZombie: boolean;
  /** Name of its program, at most 15 characters on Linux. */
  readonly name: string;
  /** Its command line, with the arguments joined by blanks; the name for a process without one. */
  readonly command: string;
}

/** All processes that this user can see. On Linux from `/proc`, elsewhere from `ps`. */
export async function listProcesses(env: Env, platform: NodeJS.Platform = process.platform): Promise<readonly Process[]> {
  return platform === "linux" ? readProc() : readPs(env);
}

function readProc(): readonly Process[] {
  return readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? (processAt(Number(entry)) ?? []) : []));
}

/** proc(5): in `stat` the name is in parentheses, then follow state and parent; the start is field 22. Arguments end in NUL. */
function processAt(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state = "", parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0+$/, "").replaceAll("\0", " ");
    const isZombie = state === "Z" || state === "X";
    return { pid, parent: Number(parent), started: rest[17] ?? "", isZombie, name, command: command === "" ? name : command };
  } catch {
    // The process ended after the folder was listed.
    return undefined;
  }
}

/** The name of a process; undefined if it does not exist. Linux only. */
export function processName(pid: number): string | undefined {
  return processAt(pid)?.name;
}

// `lstart` has five parts: Mon Jan 31 12:00:00 2026.
const PS_LINE = /^ *(\d+) +(\d+) +(\S+) +(\S+ +\S+ +\S+ +\S+ +\S+) +(.+)$/;

async function readPs(env: Env): Promise<readonly Process[]> {
  const { stdout } = await runProgram(["ps", "-axww", "-o", "pid=,ppid=,stat=,lstart=,args="], { env: { ...env, LC_ALL: "C" } });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, state = "", started = "", command = ""] = PS_LINE.exec(line) ?? [];
    if (pid === undefined) return [];
    const name = command.split(" ")[0]?.split("/").at(-1) ?? "";
    return [{ pid: Number(pid), parent: Number(parent), started, isZombie: state.startsWith("Z"), name, command: command.trim() }];
  });
}

/** The descendants of a process. */
export function descendantsOf(pid: number, all: readonly Process[]): readonly Process[] {
  const children = all.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, all)]);
}

/** A process and its ancestors, by pid. */
export function lineageOf(pid: number, all: readonly Process[]): ReadonlySet<number> {
  const line = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && at > 0 && !line.has(at);) {
    line.add(at);
    const current: number = at;
    at = all.find((each) => each.pid === current)?.parent;
  }
  return line;
}
