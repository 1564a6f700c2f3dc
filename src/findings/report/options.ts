import type { Finding, Severity } from "../finding.ts";
import type { FindingSource } from "../kind.ts";

/** What a report may paint: a severity, strong text, and the parts of a diff. */
export type Style = Severity | "strong" | "hunk" | "removed" | "added";

/** Paints a text. */
export type Paint = (style: Style, text: string) => string;

/** Options of a report. */
export interface ReportOptions {
  /** Findings of this severity or a higher one fail; default `error`. Formats that have a word for it show the others as skipped. */
  readonly failOn?: Severity | undefined;
  /** The file for findings that have none, in formats that require a file; default the one of the command. */
  readonly file?: string | undefined;
  /** The folder that file names start from, as a path from the top of the repository; default the top. */
  readonly folder?: string | undefined;
  /** Whether a Markdown report begins with the subject and the counts; default true. False where these are its title already. */
  readonly isTitled?: boolean | undefined;
  /** What limits the result, such as `built-in rules only`; shown beside the counts. */
  readonly scope?: string | undefined;
  /** What a text report says without findings; default the sentence of the command. */
  readonly passed?: string | undefined;
  /** How a text is painted; default not at all. */
  readonly paint?: Paint | undefined;
  /** Columns of the terminal; default: lines are not broken. */
  readonly width?: number | undefined;
  /** The limit of a Markdown report in bytes; default 30,000, less than half of GitHub's limit for a comment. */
  readonly bytes?: number | undefined;
}

/** One report format. `findings` are sorted, the highest severity first. Pure. */
export type Renderer = (findings: readonly Finding[], source: FindingSource, options?: ReportOptions) => string;

/** ` (built-in rules only)`; empty where nothing limits the result. */
export function inBrackets(scope: string | undefined): string {
  return scope === undefined ? "" : ` (${scope})`;
}
