import type { Severity } from "../finding.ts";
import { messageFor } from "../kind.ts";
import type { Renderer } from "./options.ts";
import { keysOf, placeOf } from "./place.ts";

const GITLAB_SEVERITIES: Readonly<Record<Severity, string>> = { error: "critical", warning: "minor", info: "info" };

/** For the Code Quality widget of GitLab merge requests (GitLab documentation, "Code Quality report format"). */
export const renderCodeQuality: Renderer = (findings, source, options = {}) => {
  const keys = keysOf(findings);
  const issues = findings.map((finding, index) => {
    const { file, line } = placeOf(finding, source, options);
    return {
      description: `${finding.object.name}: ${messageFor(finding, source).problem}`,
      check_name: finding.code,
      fingerprint: keys[index],
      severity: GITLAB_SEVERITIES[finding.severity],
      location: { path: file, lines: { begin: line } },
    };
  });
  return `${JSON.stringify(issues, undefined, 2)}\n`;
};
