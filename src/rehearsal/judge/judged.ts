import type { Advice } from "../advice/advice.ts";
import type { RehearsalFinding } from "../finding.ts";

/** A finding, with the advice that could be rehearsed. */
export interface Judged {
  readonly finding: RehearsalFinding;
  readonly advice?: Advice;
  /** How long others wait, of a finding about that. */
  readonly blockedMs?: number;
}
