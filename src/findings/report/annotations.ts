import { count, describeCounts } from "../count.ts";
import { SEVERITIES, type Finding, type Place, type Severity } from "../finding.ts";
import { type FindingSource, messageFor } from "../kind.ts";
import type { ReportOptions } from "./options.ts";
import { placeOf } from "./place.ts";
import { inOneLine } from "./text.ts";
import { visible } from "../../visible.ts";

/** A finding as CI services show it, beside a line of a file if it has one. */
export interface Annotation extends Partial<Place> {
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
}

/** Options of annotations. */
interface AnnotationOptions extends ReportOptions {
  /** Whether the file for findings that have none exists; default true. Without it their annotations have no file. */
  readonly hasFile?: boolean;
}

/** GitHub shows ten errors and ten warnings of a step and drops the others (GitHub documentation, "Workflow commands"). */
const LIMIT = 10;

/** Errors and warnings, at most ten of each. `info` findings are left out: they are in the report only. */
export function annotationsOf(findings: readonly Finding[], source: FindingSource, options: AnnotationOptions = {}): readonly Annotation[] {
  return SEVERITIES.filter((severity) => severity !== "info").flatMap((severity) => {
    const all = findings.filter((finding) => finding.severity === severity);
    // Where there are more than ten, the tenth says how many are left out.
    const shown = all.length > LIMIT ? all.slice(0, LIMIT - 1) : all;
    return [...shown.map((finding) => annotation(finding, source, options)), ...rest(all.slice(shown.length), source, options)];
  });
}

function annotation(finding: Finding, source: FindingSource, options: AnnotationOptions): Annotation {
  const { problem, details, remedy } = messageFor(finding, source);
  const { severity, object, reason } = finding;
  const message = [problem, ...details, `to do: ${remedy}`, ...(reason === undefined ? [] : [`reason: ${reason}`])].join("\n");
  return { severity, title: inOneLine(object.name), message: visible(message), ...placeIn(finding, source, options) };
}

function rest(left: readonly Finding[], source: FindingSource, options: AnnotationOptions): readonly Annotation[] {
  const [first] = left;
  if (first === undefined) return [];
  const message = `${describeCounts(count(left))} more. See the job's summary or its log for the full list.`;
  return [{ severity: first.severity, title: source.subject, message, ...placeIn(first, source, options) }];
}

/** A service does not show an annotation of a file that does not exist. */
function placeIn(finding: Finding, source: FindingSource, options: AnnotationOptions): Partial<Place> {
  return finding.at === undefined && options.hasFile === false ? {} : placeOf(finding, source, options);
}
