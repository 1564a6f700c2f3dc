import { styleText } from "node:util";
import type { Paint, Style } from "../findings/report/options.ts";

const FORMATS = {
  error: "red",
  warning: "yellow",
  info: "blue",
  strong: "bold",
  hunk: "cyan",
  removed: "red",
  added: "green",
} as const satisfies Record<Style, string>;

/** Paints a text, if stdout is a terminal that shows colours. */
export const paint: Paint = (style, text) => styleText(FORMATS[style], text, { stream: process.stdout });
