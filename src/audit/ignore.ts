import { type AuditFinding, finding } from "./finding.ts";
import { matches } from "./pattern.ts";
import type { IgnoreRule, Spec } from "./spec/spec.ts";

/** Removes the findings that the spec ignores. An expired exception hides nothing and becomes a finding itself. */
export function withoutIgnored(findings: readonly AuditFinding[], spec: Spec | undefined, now: Date): AuditFinding[] {
  if (spec === undefined) return [...findings];
  const today = now.toISOString().slice(0, 10);
  const expired = spec.ignore.filter(({ until }) => until !== undefined && until < today);
  const valid = spec.ignore.filter((rule) => !expired.includes(rule));
  const reminders = expired.map((rule) =>
    finding(
      "ignore-expired",
      { kind: "spec", name: rule.object },
      { until: rule.until ?? "", why: rule.reason },
      { file: spec.file, rule: { line: rule.line } },
    ),
  );
  return [...findings.filter((found) => !valid.some((rule) => ignores(rule, found))), ...reminders];
}

function ignores({ code, object }: IgnoreRule, found: AuditFinding): boolean {
  return (code === undefined || code === found.code) && matches(object, found.object.name);
}
