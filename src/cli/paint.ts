import { styleText } from "node:util";
import type { Style } from "../findings/report/options.ts";
import type { Paint } from "../drift/report/text.ts";

const FORMATS = { error: "red", warning: "yellow", info: "blue", strong: "bold", faint: "dim" } as const satisfies Record<Style, string>;

/** Paints a text, where stdout is a terminal that wants colours. */
export function paint(style: Style, text: string): string {
  return styleText(FORMATS[style], text, { stream: process.stdout });
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
