import type { Severity } from "../finding.ts";
import { messageFor } from "../message.ts";
import { keysOf, placeOf } from "./place.ts";
import type { Report } from "./report.ts";

const SEVERITIES: Readonly<Record<Severity, string>> = { error: "critical", warning: "minor", info: "info" };

/** For the widget of GitLab's merge requests (GitLab documentation, "Code Quality", "Code Quality report format"). */
export const codeQuality: Report = (findings, options = {}) => {
  const keys = keysOf(findings);
  const issues = findings.map((finding, at) => {
    const { file, line } = placeOf(finding, options);
    return {
      description: `${finding.object.name}: ${messageFor(finding).problem}`,
      check_name: finding.code,
      fingerprint: keys[at],
      severity: SEVERITIES[finding.severity],
      location: { path: file, lines: { begin: line } },
    };
  });
  return `${JSON.stringify(issues, undefined, 2)}\n`;
};
