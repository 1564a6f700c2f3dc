import { setTimeout as timer } from "node:timers/promises";
import { type Family, type Member, membersOf, signalFamily } from "./marked.ts";

/** What a command left has this long to end by itself. */
const LEAVING_MS = 1000;
/** A process can start another one while it is killed. */
const MOST_ROUNDS = 20;

/** Kills what a command started and left running. Returns the names of the programs. */
export async function endLeft(family: Family, leavingMs = LEAVING_MS): Promise<readonly string[]> {
  let left: readonly Member[] = membersOf(family);
  for (const until = performance.now() + leavingMs; left.length > 0 && performance.now() < until; left = membersOf(family)) await timer(25);
  const names = left.map(({ name }) => name);
  for (let round = 0; round < MOST_ROUNDS && left.length > 0; round += 1) {
    signalFamily(family, "SIGKILL");
    await timer(25);
    left = membersOf(family);
  }
  return names;
}

/** `a process running (sleep), which offshoot ended`. Pure. */
export function leftRunning(names: readonly string[]): string {
  const processes = names.length === 1 ? "a process" : `${names.length} processes`;
  return `${processes} running (${[...new Set(names)].join(", ")}), which offshoot ended`;
}
