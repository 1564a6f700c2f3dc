import type { PhaseSummary } from "./command-summary.ts";

/**
 * The phases as a Mermaid gantt chart. Start times are written as times of a day: Mermaid converts numbers to the reader's
 * time zone, and would shift them by half an hour in some zones. Ends are written as durations.
 */
export function timeline(phases: readonly PhaseSummary[]): readonly string[] {
  if (phases.length < 2) return [];
  return [
    "```mermaid",
    "gantt",
    "  dateFormat HH:mm:ss.SSS",
    "  axisFormat %M:%S",
    ...phases.flatMap(({ phase, startMs, ms, failed }, at) => [
      `  section ${label(phase)}`,
      `  ${elapsed(ms)} :${failed ? "crit, " : ""}p${at}, ${timeOfDay(startMs)}, ${Math.max(1, Math.round(ms))}ms`,
    ]),
    "```",
  ];
}

/** Colons, semicolons, number signs and percent signs have a meaning in Mermaid's grammar. */
function label(text: string): string {
  return text.replaceAll(/[:;#%\r\n]+/g, " ").trim();
}

function elapsed(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** No job lasts longer than a day, so a later time is set to the end of the day. */
function timeOfDay(ms: number): string {
  return new Date(Math.min(Math.max(0, Math.round(ms)), 86_399_999)).toISOString().slice(11, 23);
}
