import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Env } from "../environment.ts";
import { groupIsAlive, signalGroup, signalProcess } from "./signals.ts";

/**
 * The environment variable by which everything that a command started is found, also what left the command's process group
 * and session. A process can remove it, and then only its group shows where it comes from.
 */
export const MARK = "OFFSHOOT_COMMAND_ID";

/** The environment without the mark, for our own programs that continue after a command. */
export function withoutMark(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== MARK));
}

/** Where to look: a process group, and the value of `MARK`. */
export interface Family {
  /** Undefined: only the mark counts. */
  readonly group: number | undefined;
  readonly mark: string;
  /** The variable that holds the mark; default `MARK`. */
  readonly variable?: string | undefined;
  /** The `startOf` a process that is older than all of the family: then the environment of older processes is not read. */
  readonly since?: number | undefined;
}

/** A process that runs, with the name of its program. */
export interface Member {
  readonly pid: number;
  readonly name: string;
}

/** The processes of a family that run. Zombies do not count: in a container without an init process they never disappear. */
export function membersOf(family: Family): readonly Member[] {
  if (process.platform === "linux") return linuxMembers(family);
  const marked = process.platform === "win32" ? [] : psMembers(family);
  // Elsewhere the group has no list of members. Its first process represents them.
  const { group } = family;
  return marked.length === 0 && group !== undefined && groupIsAlive(group) ? [{ pid: group, name: "a process of its group" }] : marked;
}

/** Signals every process of a family. */
export function signalFamily(family: Family, signal: NodeJS.Signals): void {
  if (family.group !== undefined) signalGroup(family.group, signal);
  for (const { pid } of membersOf(family)) signalProcess(pid, signal);
}

/** When a process started, in the system's own form, which grows. Undefined where that is not known, or the process has ended. */
export function startOf(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return Number(fieldsOf(readFileSync(`/proc/${pid}/stat`, "utf8"))[START]) || undefined;
  } catch {
    return undefined;
  }
}

/** The fields of proc(5) after the name, which is in parentheses: state, parent, group, and later the start. */
function fieldsOf(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

const START = 19;

function linuxMembers({ group, mark, variable = MARK, since = 0 }: Family): readonly Member[] {
  const wanted = `\0${variable}=${mark}\0`;
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      const fields = fieldsOf(stat);
      const [state = "", , itsGroup] = fields;
      if (state === "Z" || state === "X" || Number(fields[START]) < since) return [];
      const isMember = Number(itsGroup) === group || `\0${readFileSync(`/proc/${entry}/environ`, "latin1")}`.includes(wanted);
      return isMember ? [{ pid, name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")) }] : [];
    } catch {
      // It ended after the folder was listed, or belongs to another user.
      return [];
    }
  });
}

/** `ps -E` of macOS and BSD shows the environment of this user's processes after the command. */
function psMembers({ mark, variable = MARK }: Family): readonly Member[] {
  const { stdout } = spawnSync("ps", ["-axwwE", "-o", "pid=,command="], { encoding: "utf8", timeout: 2000, maxBuffer: 16_000_000 });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const found = / *(\d+) (\S+)/.exec(line);
    const pid = Number(found?.[1]);
    return found !== null && line.includes(`${variable}=${mark}`) && pid !== process.pid ? [{ pid, name: found[2] ?? "" }] : [];
  });
}
