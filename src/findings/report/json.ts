import type { Finding } from "../finding.ts";
import { count, type Counts } from "./count.ts";
import type { Report } from "./report.ts";

/** The shape of `audit --json`. */
export interface JsonReport {
  readonly version: 1;
  readonly findings: readonly Finding[];
  readonly counts: Counts;
}

export function jsonReport(findings: readonly Finding[]): JsonReport {
  return { version: 1, findings, counts: count(findings) };
}

/** For programs: the findings as they are. */
export const json: Report = (findings) => `${JSON.stringify(jsonReport(findings), undefined, 2)}\n`;
