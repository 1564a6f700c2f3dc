import { type AuditFinding, finding } from "./finding.ts";
import { matches } from "./pattern.ts";
import type { IgnoreEntry, Spec } from "./spec/spec.ts";

/** Removes the findings that the spec ignores. An expired exception hides nothing and becomes a finding itself. */
export function withoutIgnored(findings: readonly AuditFinding[], spec: Spec | undefined, now: Date): AuditFinding[] {
  if (spec === undefined) return [...findings];
  const today = now.toISOString().slice(0, 10);
  const expired = spec.ignore.filter(({ until }) => until !== undefined && until < today);
  const valid = spec.ignore.filter((entry) => !expired.includes(entry));
  const reminders = expired.map((entry) =>
    finding(
      "ignore-expired",
      { kind: "spec", name: entry.object },
      { until: entry.until ?? "", why: entry.reason },
      { file: spec.file, entry: { line: entry.line } },
    ),
  );
  return [...findings.filter((found) => !valid.some((entry) => ignores(entry, found))), ...reminders];
}

function ignores({ code, object }: IgnoreEntry, found: AuditFinding): boolean {
  return (code === undefined || code === found.code) && matches(object, found.object.name);
}
