import { SEVERITIES, type Finding, type Severity } from "../finding.ts";

export type Counts = Readonly<Record<Severity, number>>;

/** How many findings there are of each severity. */
export function count(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** `2 errors, 1 warning`. */
export function summary(counts: Counts): string {
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => {
    const number = counts[severity];
    return severity === "info" ? `${number} for information` : `${number} ${severity}${number === 1 ? "" : "s"}`;
  });
  return parts.length === 0 ? "no findings" : parts.join(", ");
}
