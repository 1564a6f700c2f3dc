import { expect, test } from "vitest";
import { codeQuality } from "../../../../src/findings/report/code-quality.ts";
import { findings } from "../../../support/findings.ts";

test("each issue has what GitLab wants: description, check, fingerprint, severity and place", () => {
  const issues = JSON.parse(codeQuality(findings, { folder: "db", file: "spec.yaml" })) as Record<string, unknown>[];
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

test("no findings are an empty list", () => {
  expect(codeQuality([])).toBe("[]\n");
});
