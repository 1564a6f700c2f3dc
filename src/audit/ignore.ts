import { finding } from "./rules/rule.ts";
import type { Finding } from "../findings/finding.ts";
import { matches } from "./pattern.ts";
import type { IgnoreRule, Spec } from "./spec/spec.ts";

/** Takes out the findings that the spec accepts. An exception whose last day has passed hides nothing and is told. */
export function withoutIgnored(findings: readonly Finding[], spec: Spec | undefined, now: Date): Finding[] {
  if (spec === undefined) return [...findings];
  const today = now.toISOString().slice(0, 10);
  const expired = spec.ignore.filter(({ until }) => until !== undefined && until < today);
  const alive = spec.ignore.filter((rule) => !expired.includes(rule));
  const told = expired.map((rule) =>
    finding(
      "ignore-expired",
      { kind: "spec", name: rule.object },
      { until: rule.until ?? "", why: rule.reason },
      { file: spec.file, rule: { line: rule.line } },
    ),
  );
  return [...findings.filter((found) => !alive.some((rule) => accepts(rule, found))), ...told];
}

function accepts({ code, object }: IgnoreRule, found: Finding): boolean {
  return (code === undefined || code === found.code) && matches(object, found.object.name);
}
