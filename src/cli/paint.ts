import { styleText } from "node:util";
import type { Severity } from "../audit/finding.ts";
import type { Paint } from "../drift/report/text.ts";

const COLOURS = { error: "red", warning: "yellow", info: "blue" } as const satisfies Record<Severity, string>;

/** Colours a text by severity, where stdout is a terminal that wants colours. */
export function paint(severity: Severity, text: string): string {
  return styleText(COLOURS[severity], text, { stream: process.stdout });
}

const DRIFT_COLOURS = {
  missing: "red",
  different: "yellow",
  extra: "blue",
  file: "bold",
  hunk: "cyan",
  removed: "red",
  added: "green",
} as const;

/** Colours a part of a drift report, in the colours of a diff. */
export const paintDrift: Paint = (what, text) =>
  what === "context" ? text : styleText(DRIFT_COLOURS[what], text, { stream: process.stdout });
