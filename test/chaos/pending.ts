import type { Schedule } from "./plans.ts";

/**
 * Faults against which the migrations are not fenced yet. A schedule with one of them is run and reported, and does not
 * make the series fail.
 */
export function isPending({ command, faults }: Schedule): boolean {
  const unfenced = command.shape !== "session" || command.detaches !== "nothing" || command.ownName;
  return unfenced || faults.some(({ kind }) => kind === "kill-pair" || kind === "kill-triple" || kind === "kill-watchdog");
}
