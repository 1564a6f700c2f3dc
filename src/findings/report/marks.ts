import { SEVERITIES, type Finding, type Severity } from "../finding.ts";
import { messageFor } from "../message.ts";
import { count, summary } from "./count.ts";
import { placeOf } from "./place.ts";
import type { ReportOptions } from "./report.ts";

/** A finding for the margin of a file, as CI services show it: whoever joins the two hands it to the service. */
export interface Mark {
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
}

/** GitHub shows ten errors and ten warnings of a step, and drops the rest ("Workflow commands", limits). */
const MOST = 10;

/** Errors and warnings, the first of each where there are many. What is for information is no reason to stop a reader. */
export function marksOf(findings: readonly Finding[], options: ReportOptions = {}): readonly Mark[] {
  return SEVERITIES.filter((severity) => severity !== "info").flatMap((severity) => {
    const all = findings.filter((finding) => finding.severity === severity);
    // The tenth place says how many there are, where all don't fit.
    const shown = all.length > MOST ? all.slice(0, MOST - 1) : all;
    return [...shown.map((finding) => mark(finding, options)), ...rest(all.slice(shown.length), options)];
  });
}

function mark(finding: Finding, options: ReportOptions): Mark {
  const { problem, details, remedy } = messageFor(finding);
  const { severity, object, reason } = finding;
  const message = [problem, ...details, `to do: ${remedy}`, ...(reason === undefined ? [] : [`reason: ${reason}`])].join("\n");
  return { severity, title: object.name, message, ...placeOf(finding, options) };
}

function rest(left: readonly Finding[], options: ReportOptions): readonly Mark[] {
  const [first] = left;
  if (first === undefined) return [];
  const message = `There are ${summary(count(left))} more; the job's summary and its log have all of them.`;
  return [{ severity: first.severity, title: "schema", message, ...placeOf(first, options) }];
}
