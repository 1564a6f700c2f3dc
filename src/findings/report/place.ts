import { createHash } from "node:crypto";
import { posix } from "node:path";
import { SEVERITIES, type Finding } from "../finding.ts";
import type { ReportOptions } from "./report.ts";

/** Where a finding is shown: at its rule in the spec, or at the top of the spec where no rule asked for it. */
export function placeOf({ at }: Finding, { file = "schema.audit.yaml", folder = "" }: ReportOptions): { file: string; line: number } {
  const path = (at?.file ?? file).replaceAll("\\", "/");
  return { file: posix.isAbsolute(path) ? path : posix.join(folder.replaceAll("\\", "/"), path), line: at?.line ?? 1 };
}

/** A key for each finding that stays the same from run to run, wherever its rule moves to; no two are equal. */
export function keysOf(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ code, object, facts }) => {
    const part = "property" in facts ? facts.property : "other" in facts ? facts.other : "";
    const text = [code, object.kind, object.name, part].join("\n");
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return createHash("sha256")
      .update(count === 1 ? text : `${text}\n${count}`)
      .digest("hex");
  });
}

/** Whether a finding counts as a failure. */
export function fails({ severity }: Pick<Finding, "severity">, failOn: ReportOptions["failOn"] = "error"): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}
