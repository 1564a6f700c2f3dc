import { expect, test } from "vitest";
import { junit } from "../../../../src/findings/report/junit.ts";
import { findings, hostile } from "../../../support/findings.ts";

test("each finding is a case: errors fail, what is milder than failOn is skipped", () => {
  const told = junit(findings, { folder: "db" });
  expect(told).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="offshoot audit" tests="5" failures="4" errors="0" skipped="1"/,
  );
  expect(told)
    .toContain(`    <testcase classname="missing" name="m10_recovery.outbox.next_retry: column is missing" file="db/schema.audit.yaml" line="8" time="0">
      <failure message="error: m10_recovery.outbox.next_retry: column is missing" type="missing">wanted: timestamptz
there is: next_retry_at
to do: If that is the same one, rename or change it in a migration, or correct the spec; else add it.
at db/schema.audit.yaml:8</failure>
    </testcase>`);
  expect(told).toContain('<skipped message="warning: m10_recovery.outbox.outbox_tries: constraint was never validated');
});

test("failOn decides what fails", () => {
  expect(junit(findings, { failOn: "warning" })).toContain('tests="5" failures="5" errors="0" skipped="0"');
});

test("no findings are one case that passed, since an empty report is taken for a broken one", () => {
  expect(junit([])).toContain('tests="1" failures="0" errors="0" skipped="0"');
  expect(junit([])).toContain('<testcase classname="schema" name="is as it should be" time="0"/>');
});

test("what XML can't hold is written another way", () => {
  const told = junit(hostile);
  const rest = told
    .replace(/^<\?xml [^?]+\?>/, "")
    .replaceAll(/<\/?[a-z]+(?: [a-z]+="(?:[^"<&]|&(?:amp|lt|gt|quot|apos|#\d+);)*")*\/?>/g, "");
  expect(rest.replaceAll(/&(?:amp|lt|gt|quot|apos|#\d+);/g, "")).not.toMatch(/[<>&]/);
  expect(told).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}]/u);
});
