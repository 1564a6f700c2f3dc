import { readdirSync, readlinkSync } from "node:fs";
import { processName } from "./processes.ts";
import type { Member } from "./marked.ts";

/** What the outputs of a process are: sockets and pipes by their number, as `/proc` shows them. Linux only; elsewhere empty. */
export function outputsOf(pid: number): readonly string[] {
  return [1, 2].flatMap((descriptor) => linkOf(`/proc/${pid}/fd/${descriptor}`) ?? []).filter((link) => /^(?:socket|pipe):/.test(link));
}

/** The processes of this user that hold one of these outputs open. */
export function holdersOf(outputs: readonly string[]): readonly Member[] {
  if (outputs.length === 0 || process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const isHolder = listed(`/proc/${entry}/fd`).some((descriptor) => outputs.includes(linkOf(`/proc/${entry}/fd/${descriptor}`) ?? ""));
    return isHolder ? [{ pid, name: processName(pid) ?? entry }] : [];
  });
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed, or its process ended or belongs to another user.
    return undefined;
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
