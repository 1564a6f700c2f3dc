import { formatElapsed } from "../duration.ts";
import type { PhaseTime } from "./progress.ts";

/** The last lines of `run`: each phase, how long it took, and its share of the whole. */
export function timingTable(phases: readonly PhaseTime[]): readonly string[] {
  const total = phases.reduce((sum, { ms }) => sum + ms, 0);
  const rows = phases.map(
    ({ phase, ms, failed, text }) => [phase, formatElapsed(ms), percent(ms, total), failed ? `failed: ${text}` : text] as const,
  );
  const all = [...rows, ["total", formatElapsed(total), "", ""] as const];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all.map(([phase, elapsed, share, text]) =>
    `${phase.padEnd(widths[0] ?? 0)}  ${elapsed.padStart(widths[1] ?? 0)}  ${share.padStart(widths[2] ?? 0)}  ${text}`.trimEnd(),
  );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "" : `${Math.round((part / whole) * 100)} %`;
}
