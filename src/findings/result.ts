import { count, type Counts } from "./count.ts";
import { fails, type Finding, type Severity } from "./finding.ts";

/** The result of a command that produces findings. */
export interface FindingsResult<F extends Finding = Finding> {
  /** Highest severity first. */
  readonly findings: readonly F[];
  readonly counts: Counts;
  readonly failOn: Severity;
  /** Whether the severity of any finding is `failOn` or higher. */
  readonly failed: boolean;
}

/** The result with these findings, which are sorted already. */
export function resultOf<F extends Finding>(findings: readonly F[], failOn: Severity = "error"): FindingsResult<F> {
  return { findings, counts: count(findings), failOn, failed: findings.some((finding) => fails(finding, failOn)) };
}
