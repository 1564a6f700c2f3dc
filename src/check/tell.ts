import type { Listener } from "../events.ts";
import { redact } from "../redact.ts";
import type { CheckFinding } from "./finding.ts";
import { markdownOf } from "./report.ts";
import { messageFor } from "./words.ts";

/** Tells listeners what a gate found: for the page of a CI run, and for the margins of the files that were checked. */
export function tellFindings(emit: Listener, findings: readonly CheckFinding[]): void {
  if (findings.length === 0) return;
  const marks = findings.flatMap((finding) => {
    const { severity, object, code, at } = finding;
    if (at === undefined) return [];
    const { problem, details, remedy } = messageFor(finding);
    const message = redact([`${object.name}: ${problem}`, ...details, `To do: ${remedy}`].join("\n"));
    return [{ severity, title: code, message, ...at }];
  });
  emit({ kind: "findings", markdown: redact(markdownOf(findings)), marks });
}

/** `no findings`, `1 finding`, `2 findings`. */
export function describeFindings({ length }: readonly CheckFinding[]): string {
  return `${length === 0 ? "no" : length} finding${length === 1 ? "" : "s"}`;
}
