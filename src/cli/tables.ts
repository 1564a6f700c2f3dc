import { formatElapsed } from "../duration.ts";
import { visible } from "../visible.ts";
import type { PhaseTime } from "./progress.ts";

/** The text of a cell: a name from outside can contain line breaks, which would make a row of their own. */
export function cellText(text: string): string {
  return visible(text.replaceAll("\n", String.raw`\n`).replaceAll("\t", String.raw`\t`));
}

/** Rows of text with aligned columns, separated by two spaces. A cell that is longer than `widest` moves the rest of its row only. */
export function columns(rawRows: readonly (readonly string[])[], widest = Number.POSITIVE_INFINITY): readonly string[] {
  const rows = rawRows.map((row) => row.map(cellText));
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) if (cell.length <= widest) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** A row with a long name, which has a row of its own where the terminal is narrow. */
export interface NamedRow {
  readonly name: string;
  readonly cells: readonly string[];
}

/** A table with the names in the first column, under `title`. `width`: the columns of the terminal; undefined: no limit. */
export function namedTable(
  title: string,
  header: readonly string[],
  rows: readonly NamedRow[],
  width: number | undefined,
): readonly string[] {
  const wide = columns([[title, ...header], ...rows.map(({ name, cells }) => [name, ...cells])]);
  if (width === undefined || Math.max(...wide.map((line) => line.length)) <= width) return wide;
  const [first = "", ...lines] = columns([header, ...rows.map(({ cells }) => cells)]);
  return [title, `  ${first}`, ...lines.flatMap((line, at) => [cellText(rows[at]?.name ?? ""), `  ${line}`])];
}

/** The last lines of `run`: each phase with its time and its share of the total time. */
export function timingTable(phases: readonly PhaseTime[]): readonly string[] {
  // The steps of the migrations are a part of the phase `migrate`.
  const total = phases.filter(({ phase }) => phase !== "step").reduce((sum, { ms }) => sum + ms, 0);
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
