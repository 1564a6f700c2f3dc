import { expect, test } from "vitest";
import { github } from "../../../../src/ci/github.ts";
import type { Finding } from "../../../../src/findings/finding.ts";
import { marksOf } from "../../../../src/findings/report/marks.ts";
import { findings, hostile } from "../../../support/findings.ts";

const missing = (number: number, severity: Finding["severity"]): Finding[] =>
  Array.from({ length: number }, (_, at) => ({
    code: "missing",
    severity,
    object: { kind: "table", name: `app.t${at}` },
    facts: {},
    at: { file: "spec.yaml", line: at + 1 },
  }));

test("a mark stands on the line of the rule, in the file from the top of the repository", () => {
  expect(marksOf(findings, { folder: "db" })[1]).toEqual({
    severity: "error",
    title: "m10_recovery.outbox.next_retry",
    message:
      "column is missing\nwanted: timestamptz\nthere is: next_retry_at\nto do: If that is the same one, rename or change it in a migration, or correct the spec; else add it.",
    file: "db/schema.audit.yaml",
    line: 8,
  });
});

test("of many, ten of a severity are marked, and the tenth says how many are left", () => {
  const marks = marksOf([...missing(25, "error"), ...missing(10, "warning"), ...missing(5, "info")]);
  expect(marks.map(({ severity }) => severity)).toEqual([...Array(10).fill("error"), ...Array(10).fill("warning")]);
  expect(marks[9]).toMatchObject({ message: "There are 16 errors more; the job's summary and its log have all of them." });
  expect(marks[19]).toMatchObject({ title: "app.t9" });
});

test("on GitHub a mark is one line, whatever its names hold", () => {
  const [mark] = marksOf(hostile);
  const writes = mark === undefined ? [] : github.annotate(mark);
  expect(writes).toHaveLength(1);
  expect(writes[0]).toMatchObject({
    to: "stderr",
    text: expect.stringMatching(/^::error file=db\/a b%2Cc%3Ad%25.yaml,line=12,title=[^\n]+\n$/),
  });
});
