import { expect, test } from "vitest";
import { AUDIT } from "../../../../src/audit/source.ts";
import { CHECK_SOURCES } from "../../../../src/check/sources.ts";
import { renderJunit } from "../../../../src/findings/report/junit.ts";
import { checkFindings, findings, hostile } from "../../../support/findings.ts";

test("each finding is a test case: errors fail, and findings below failOn are skipped", () => {
  const report = renderJunit(findings, AUDIT, { folder: "db" });
  expect(report).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="offshoot audit" tests="5" failures="4" errors="0" skipped="1"/,
  );
  expect(report)
    .toContain(`    <testcase classname="missing" name="m10_recovery.outbox.next_retry: column is missing" file="db/schema.audit.yaml" line="8" time="0">
      <failure message="error: m10_recovery.outbox.next_retry: column is missing" type="missing">expected: timestamptz
similar: next_retry_at
to do: If the similar one is meant, rename or change it in a migration, or correct the spec. Otherwise add the missing one in a migration.
at db/schema.audit.yaml:8</failure>
    </testcase>`);
  expect(report).toContain('<skipped message="warning: m10_recovery.outbox.outbox_tries: constraint was never validated');
});

test("failOn decides what fails", () => {
  expect(renderJunit(findings, AUDIT, { failOn: "warning" })).toContain('tests="5" failures="5" errors="0" skipped="0"');
});

test("a report without findings has one case that passed, since services report an empty file as broken", () => {
  expect(renderJunit([], AUDIT)).toContain('tests="1" failures="0" errors="0" skipped="0"');
  expect(renderJunit([], AUDIT)).toContain('<testcase classname="schema" name="no findings" time="0"/>');
});

test("the suite of an audit without a spec says that only built-in rules were used", () => {
  expect(renderJunit(findings, AUDIT, { scope: "built-in rules only" })).toContain('<testsuite name="schema (built-in rules only)" ');
});

test("the findings of a check are test cases of a suite with its name", () => {
  const report = renderJunit(checkFindings, CHECK_SOURCES["check workflow"], { failOn: "error" });
  expect(report).toContain('<testsuites name="offshoot check workflow" tests="3" failures="2" errors="0" skipped="1"');
  expect(report).toContain('<testcase classname="migration-failure-hidden" name="test, migrate: a failed migration does not fail the step');
});

test("characters that XML cannot hold are escaped or replaced", () => {
  const report = renderJunit(hostile, AUDIT);
  const rest = report
    .replace(/^<\?xml [^?]+\?>/, "")
    .replaceAll(/<\/?[a-z]+(?: [a-z]+="(?:[^"<&]|&(?:amp|lt|gt|quot|apos|#\d+);)*")*\/?>/g, "");
  expect(rest.replaceAll(/&(?:amp|lt|gt|quot|apos|#\d+);/g, "")).not.toMatch(/[<>&]/);
  expect(report).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}]/u);
});
