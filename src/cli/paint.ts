import { styleText } from "node:util";
import type { Severity } from "../audit/finding.ts";

const COLOURS = { error: "red", warning: "yellow", info: "blue" } as const satisfies Record<Severity, string>;

/** Colours a text by severity, where stdout is a terminal that wants colours. */
export function paint(severity: Severity, text: string): string {
  return styleText(COLOURS[severity], text, { stream: process.stdout });
}
