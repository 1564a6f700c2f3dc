import type { Finding, Severity } from "../finding.ts";

/** What a report may paint: a severity, what stands out, and what steps back. */
export type Style = Severity | "strong" | "faint";

/** What a report may want to know beside the findings. */
export interface ReportOptions {
  /** Findings from this severity on fail; default `error`. Milder ones are shown as passed over where a format knows that. */
  readonly failOn?: Severity | undefined;
  /** The file that findings without a rule are told at, by formats that want a file for each; default `schema.audit.yaml`. */
  readonly file?: string | undefined;
  /** The folder that the files of findings are relative to, as a path from the top of the repository; default the top. */
  readonly folder?: string | undefined;
  /** How a text is painted; default not at all. */
  readonly paint?: ((style: Style, text: string) => string) | undefined;
  /** Columns of the terminal; default: lines are never broken. */
  readonly width?: number | undefined;
  /** The most that a Markdown report may take, in bytes; default 30,000, under half of what GitHub takes as a comment. */
  readonly bytes?: number | undefined;
}

/** One way to show findings, which are sorted worst first. Pure. */
export type Report = (findings: readonly Finding[], options?: ReportOptions) => string;
