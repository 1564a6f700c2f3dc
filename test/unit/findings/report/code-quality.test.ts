import { expect, test } from "vitest";
import { AUDIT } from "../../../../src/audit/source.ts";
import { CHECK_SOURCES } from "../../../../src/check/sources.ts";
import { renderCodeQuality } from "../../../../src/findings/report/code-quality.ts";
import { checkFindings, findings } from "../../../support/findings.ts";

test("each issue has the description, check, fingerprint, severity and location that GitLab requires", () => {
  const issues = JSON.parse(renderCodeQuality(findings, AUDIT, { folder: "db", file: "spec.yaml" })) as Record<string, unknown>[];
  expect(issues[1]).toEqual({
    description: "m10_recovery.outbox.next_retry: column is missing",
    check_name: "missing",
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    severity: "critical",
    location: { path: "db/schema.audit.yaml", lines: { begin: 8 } },
  });
  expect(issues[3]).toMatchObject({ severity: "critical", location: { path: "db/spec.yaml", lines: { begin: 1 } } });
  expect(issues[4]).toMatchObject({ severity: "minor" });
  expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
});

test("a finding of a check has its own place, or the first line of the configuration", () => {
  const issues: unknown = JSON.parse(renderCodeQuality(checkFindings, CHECK_SOURCES["check worker"]));
  expect(issues).toMatchObject([
    { check_name: "endpoint-format", location: { path: "offshoot.yaml", lines: { begin: 1 } } },
    { check_name: "migration-failure-hidden", location: { path: ".github/workflows/ci.yml", lines: { begin: 6 } } },
    { check_name: "worker-log-failures", severity: "minor" },
  ]);
});

test("a report without findings is an empty list", () => {
  expect(renderCodeQuality([], AUDIT)).toBe("[]\n");
});
