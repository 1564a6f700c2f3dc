import type { PhaseSummary } from "./command-summary.ts";

/**
 * The chapters as a Mermaid gantt chart. Times are written as times of a day, since Mermaid reads numbers in the
 * reader's time zone and would show them half an hour off in some; durations are counted, not dated.
 */
export function timeline(chapters: readonly PhaseSummary[]): readonly string[] {
  if (chapters.length < 2) return [];
  return [
    "```mermaid",
    "gantt",
    "  dateFormat HH:mm:ss.SSS",
    "  axisFormat %M:%S",
    ...chapters.flatMap(({ phase, startMs, ms, failed }, at) => [
      `  section ${label(phase)}`,
      `  ${elapsed(ms)} :${failed ? "crit, " : ""}p${at}, ${timeOfDay(startMs)}, ${Math.max(1, Math.round(ms))}ms`,
    ]),
    "```",
  ];
}

/** Colons, semicolons, number and percent signs mean something in Mermaid's grammar. */
function label(text: string): string {
  return text.replaceAll(/[:;#%\r\n]+/g, " ").trim();
}

function elapsed(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A day is more than any job lasts; what is later is cut to its end. */
function timeOfDay(ms: number): string {
  return new Date(Math.min(Math.max(0, Math.round(ms)), 86_399_999)).toISOString().slice(11, 23);
}
