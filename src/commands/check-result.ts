import { relative } from "node:path";
import { type CheckCommand, CHECK_SOURCES } from "../check/sources.ts";
import type { CheckFinding } from "../check/finding.ts";
import { parseDuration } from "../duration.ts";
import { OffshootError } from "../errors.ts";
import type { Listener } from "../events.ts";
import type { Severity } from "../findings/finding.ts";
import { byPlace, bySeverity } from "../findings/order.ts";
import { type FindingsResult, resultOf } from "../findings/result.ts";
import { topOf } from "../identity/checkout.ts";
import { redact } from "../redact.ts";
import { chosenFolder } from "../process/working-directory.ts";

/** The result of `checkMetrics`, `checkWorker` and `checkWorkflow`. */
export interface CheckResult extends FindingsResult<CheckFinding> {
  readonly command: CheckCommand;
  /** Path of the working directory, relative to the top of the checkout; empty at the top. */
  readonly folder: string;
}

export interface CheckOutcome {
  readonly command: CheckCommand;
  readonly findings: readonly CheckFinding[];
  readonly failOn: Severity | undefined;
  /** Default: the directory of the process. */
  readonly cwd?: string | undefined;
  readonly emit: Listener;
}

/** Sorts the findings of a check, and emits them for the CI job's page and as annotations of files. */
export async function finishCheck({ command, findings, failOn, cwd, emit }: CheckOutcome): Promise<CheckResult> {
  const start = await chosenFolder(cwd);
  const sorted = findings.toSorted((a, b) => bySeverity(a, b) || byPlace(a, b));
  const result = { command, ...resultOf(sorted, failOn), folder: relative(await topOf(start), start) };
  if (sorted.length > 0) await emitFindings(result, emit);
  return result;
}

async function emitFindings({ command, findings, folder, failOn }: CheckResult, emit: Listener): Promise<void> {
  const { renderMarkdown } = await import("../findings/report/markdown.ts");
  const { annotationsOf } = await import("../findings/report/annotations.ts");
  const source = CHECK_SOURCES[command];
  const options = { folder, failOn };
  // A finding without a place has no line that a CI service could show it at.
  const located = findings.filter(({ at }) => at !== undefined);
  emit({
    kind: "findings",
    markdown: redact(renderMarkdown(findings, source, options)),
    annotations: annotationsOf(located, source, options).map((each) => ({ ...each, message: redact(each.message) })),
  });
}

/** Milliseconds of a duration option such as `30s`. `name` is the name of the option and of its flag. Throws `USAGE`. */
export function durationOption(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new OffshootError("USAGE", `${JSON.stringify(text)} is not a valid duration for --${name}.`, {
    remedy: "Write a number of more than 0 and a unit: 500ms, 30s or 2m.",
  });
}
