import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareWithBaseline, reportedWith } from "../../../../src/audit/baseline/baseline.ts";
import { isAcceptable } from "../../../../src/audit/baseline/identity.ts";
import { parseBaseline } from "../../../../src/audit/baseline/parse.ts";
import { type NewBaseline, nextBaseline } from "../../../../src/audit/baseline/write.ts";
import { CODES } from "../../../../src/audit/codes.ts";
import type { AuditCode } from "../../../../src/audit/facts.ts";
import { type AuditFinding, finding, withSeverity } from "../../../../src/audit/finding.ts";

const now = new Date("2026-11-29T12:00:00Z");
const key = (name: string): AuditFinding => finding("table-without-primary-key", { kind: "table", name }, {});
const twin = (name: string, other: string): AuditFinding => finding("index-duplicate", { kind: "index", name }, { definition: "", other });
const wrong = (actual: string): AuditFinding =>
  finding("different", { kind: "column", name: "a.t.c" }, { property: "type", expected: "bigint", actual });

const next = (findings: readonly AuditFinding[], before?: NewBaseline, reason?: string, hasSpec = true): NewBaseline =>
  nextBaseline({ findings, before: before === undefined ? undefined : parseBaseline(before.text, "b.yaml"), hasSpec, reason, now });
const compare = (findings: readonly AuditFinding[], { text }: NewBaseline, hasSpec = true) =>
  compareWithBaseline(findings, parseBaseline(text, "b.yaml"), hasSpec);

test("the first baseline accepts all findings, one on each line, with day and reason", () => {
  expect(
    next([key("a.u"), key("a.t")])
      .text.split("\n")
      .filter((line) => !line.startsWith("#")),
  ).toEqual([
    "",
    "version: 1",
    "accepted:",
    "  - { object: a.t, kind: table, code: table-without-primary-key, severity: warning, since: 2026-11-29, reason: It existed when the audit was introduced. }",
    "  - { object: a.u, kind: table, code: table-without-primary-key, severity: warning, since: 2026-11-29, reason: It existed when the audit was introduced. }",
    "",
  ]);
});

test("a later baseline only loses entries, and leaves new findings", () => {
  const first = next([key("a.t"), key("a.u")]);
  const second = next([key("a.u"), key("a.v")], first);
  expect(second).toMatchObject({ accepted: 1, added: 0, removed: [{ object: "a.t" }], left: [key("a.v")] });
  expect(second.text).not.toContain("a.t");
  expect(next([key("a.u"), key("a.v")], second, "a decision")).toMatchObject({ accepted: 2, added: 1, removed: [], left: [] });
});

test("another cause and a higher severity are new findings", () => {
  const baseline = next([twin("a.i", "a.j"), wrong("integer"), key("a.t")]);
  const worse = withSeverity("error", key("a.t"));
  expect(compare([twin("a.i", "a.k"), wrong("text"), worse], baseline).open).toEqual([twin("a.i", "a.k"), wrong("text"), worse]);
  expect(compare([withSeverity("info", key("a.t"))], baseline).open).toEqual([]);
  const renewed = next([worse], baseline, "a decision");
  expect(compare([worse], renewed)).toMatchObject({ open: [], outdated: [] });
});

test("an audit without a spec does not report findings of the spec as outdated", () => {
  const baseline = next([wrong("integer"), key("a.t")]);
  expect(compare([], baseline, false).outdated.map(({ code }) => code)).toEqual(["table-without-primary-key"]);
  expect(reportedWith(compare([], baseline), "b.yaml")).toMatchObject([
    { code: "baseline-outdated", severity: "info", object: { name: "a.t" }, at: { file: "b.yaml" } },
    { code: "baseline-outdated", severity: "info", object: { name: "a.t.c" } },
  ]);
});

test("findings about the migrations of this moment are never accepted", () => {
  const codes = (Object.keys(CODES) as AuditCode[]).filter((code) => !isAcceptable({ code }));
  expect(codes.toSorted()).toEqual([
    "baseline-outdated",
    "heads-different",
    "ignore-expired",
    "postgres-different",
    "version-different",
    "version-unknown",
    "version-unreadable",
  ]);
  const behind = finding("version-different", { kind: "table", name: "a.v" }, { column: "v", lacking: ["2"], surplus: [] });
  expect(next([behind])).toMatchObject({ accepted: 0, left: [behind] });
});

test("any names and texts are read back as they were written", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "'", '"', "\n", ": ", "#", "{", "}", ",", "😀", "\\", "\t", "- ", "~"),
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 4 }), text, (pairs, reason) => {
      fc.pre(reason.trim() !== "" && pairs.every(([name]) => name.trim() !== ""));
      const findings = pairs.flatMap(([name, other]) => [twin(name, other), wrong(other)]);
      const baseline = next(findings, undefined, reason);
      expect(compare(findings, baseline)).toMatchObject({ open: [], outdated: [] });
      expect(next(findings, baseline)).toMatchObject({ added: 0, removed: [], text: baseline.text });
    }),
  );
});
