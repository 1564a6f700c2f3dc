import { type CheckResult, textOf } from "../check/report.ts";
import { EXIT } from "../errors.ts";
import type { Invocation } from "./invocation.ts";
import { paint } from "./paint.ts";

/** Prints what a gate found, and sets the exit status. `well` is said where there is nothing. */
export function printFindings(invocation: Invocation, result: CheckResult, well: string): void {
  const { findings, counts, failed } = result;
  invocation.print({ version: 1, findings, counts }, () => textOf(result, well, paint));
  if (failed) invocation.exitCode = EXIT.findings;
}
