import { readdirSync, readFileSync } from "node:fs";

/**
 * Whether anybody of a process group is alive. `isThere` says whether the group has members at all; on Linux dead
 * ones may be among them, that nobody collects where the first process of a container is no init.
 */
export function isLiving(group: number, isThere: (pid: number) => boolean): boolean {
  if (!isThere(group)) return false;
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isLivingMember(name, group));
}

/** By the fields of `/proc/PID/stat` behind the name in parentheses: state, parent, group (proc(5)). */
function isLivingMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(pgrp) === group && state !== "Z" && state !== "X";
  } catch {
    // It ended between the list and the look.
    return false;
  }
}
