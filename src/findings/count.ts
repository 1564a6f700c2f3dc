import { SEVERITIES, type Finding, type Severity } from "./finding.ts";

/** How many findings there are of each severity. */
export type Counts = Readonly<Record<Severity, number>>;

export function count(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** The counts as text: `2 errors, 1 warning, 3 info`. */
export function describeCounts(counts: Counts): string {
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => describeCount(severity, counts[severity]));
  return parts.length === 0 ? "no findings" : parts.join(", ");
}

/** `1 error`, `2 warnings`, `3 info`. */
export function describeCount(severity: Severity, number: number): string {
  return `${number} ${severity}${severity === "info" || number === 1 ? "" : "s"}`;
}

/** `no findings`, `1 finding`, `2 findings`. */
export function describeFindings({ length }: readonly Finding[]): string {
  return `${length === 0 ? "no" : length} finding${length === 1 ? "" : "s"}`;
}
