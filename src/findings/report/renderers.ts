import { renderCodeQuality } from "./code-quality.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Renderer } from "./options.ts";
import { renderSarif } from "./sarif.ts";
import { renderText } from "./text.ts";

/** Every report format by name: pure functions of the same findings. */
export const RENDERERS = {
  text: renderText,
  json: renderJson,
  markdown: renderMarkdown,
  junit: renderJunit,
  sarif: renderSarif,
  "code-quality": renderCodeQuality,
} as const satisfies Readonly<Record<string, Renderer>>;

export type ReportFormat = keyof typeof RENDERERS;
