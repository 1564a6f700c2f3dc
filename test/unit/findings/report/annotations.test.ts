import { expect, test } from "vitest";
import { github } from "../../../../src/ci/github.ts";
import { AUDIT } from "../../../../src/audit/source.ts";
import type { Finding } from "../../../../src/findings/finding.ts";
import { annotationsOf } from "../../../../src/findings/report/annotations.ts";
import { findings, hostile } from "../../../support/findings.ts";

const missing = (number: number, severity: Finding["severity"]): Finding[] =>
  Array.from({ length: number }, (_, at) => ({
    code: "missing",
    severity,
    object: { kind: "table", name: `app.t${at}` },
    facts: {},
    at: { file: "spec.yaml", line: at + 1 },
  }));

test("an annotation has the line of the rule, and the path of the file from the top of the repository", () => {
  expect(annotationsOf(findings, AUDIT, { folder: "db" })[1]).toEqual({
    severity: "error",
    title: "m10_recovery.outbox.next_retry",
    message:
      "column is missing\nexpected: timestamptz\nsimilar: next_retry_at\nto do: If the similar one is meant, rename or change it in a migration, or correct the spec. Otherwise add the missing one in a migration.",
    file: "db/schema.audit.yaml",
    line: 8,
  });
});

test("at most ten findings of a severity are annotated, and the tenth annotation says how many are left", () => {
  const annotations = annotationsOf([...missing(25, "error"), ...missing(10, "warning"), ...missing(5, "info")], AUDIT);
  expect(annotations.map(({ severity }) => severity)).toEqual([...Array(10).fill("error"), ...Array(10).fill("warning")]);
  expect(annotations[9]).toMatchObject({ message: "16 errors more. See the job's summary or its log for the full list." });
  expect(annotations[19]).toMatchObject({ title: "app.t9" });
});

test("on GitHub an annotation is one line, even when its names contain line breaks", () => {
  const [annotation] = annotationsOf(hostile, AUDIT);
  const writes = annotation === undefined ? [] : github.annotate(annotation);
  expect(writes).toHaveLength(1);
  expect(writes[0]).toMatchObject({
    to: "stderr",
    text: expect.stringMatching(/^::error file=db\/a b%2Cc%3Ad%25.yaml,line=12,title=[^\n]+\n$/),
  });
});

test("an annotation has no control character and no mark that turns the direction of a text", () => {
  const hostileNames: readonly Finding[] = [
    {
      code: "missing",
      severity: "error",
      object: { kind: "table", name: "a\u0001\u001B[31mred\u202Eb\u061C\nc" },
      facts: { found: "x\u001By" },
    },
  ];
  const [annotation] = annotationsOf(hostileNames, AUDIT);
  expect(annotation?.title).toBe(String.raw`a\x01\x1b[31mred\u202eb\u061c c`);
  expect(JSON.stringify(annotation)).not.toMatch(/\\u001b|\\u0001|\u202E/);
});

test("a finding without a place has no file where the default one does not exist", () => {
  const [finding] = missing(1, "error");
  if (finding === undefined) throw new Error("a finding");
  const { at, ...placeless } = finding;
  expect(annotationsOf([placeless, finding], AUDIT, { hasFile: false }).map(({ file }) => file)).toEqual([undefined, at?.file]);
  expect(annotationsOf([placeless], AUDIT, {})[0]?.file).toBe(AUDIT.file);
});
