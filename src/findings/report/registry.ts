import { codeQuality } from "./code-quality.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { summariseFindings } from "./markdown.ts";
import type { Report } from "./report.ts";
import { sarif } from "./sarif.ts";
import { text } from "./text.ts";

/** Every way to show findings, by name: pure functions of the same findings. */
export const REPORTS = {
  text,
  json,
  markdown: summariseFindings,
  junit,
  sarif,
  "code-quality": codeQuality,
} as const satisfies Readonly<Record<string, Report>>;

export type ReportFormat = keyof typeof REPORTS;
