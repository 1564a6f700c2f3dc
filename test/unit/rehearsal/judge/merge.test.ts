import { expect, test } from "vitest";
import { found, type RehearsalFinding } from "../../../../src/rehearsal/finding.ts";
import { mergeTables } from "../../../../src/rehearsal/judge/merge.ts";

const blocked = (
  name: string,
  statement: string | undefined,
  { code = "reads-blocked", wait = "2.0 s", reason }: { code?: "reads-blocked" | "writes-blocked"; wait?: string; reason?: string } = {},
): { readonly finding: RehearsalFinding } => ({
  finding: found(
    code,
    { kind: "table", name },
    { statement, advice: "a", sql: [], blocked: wait, limit: "a moment", lock: "ACCESS EXCLUSIVE", table: "an empty table" },
    { at: { file: "m/1.sql", line: 2 }, ...(reason === undefined ? {} : { reason }) },
  ),
});

const shown = (judged: readonly { readonly finding: RehearsalFinding }[]): unknown =>
  mergeTables(judged).map(({ finding: { object, facts } }) => [object.name, "also" in facts ? facts.also : undefined]);

const ALTER = "alter table app.events add column a int";

test("partitions are named in the finding of the table that the statement names", () => {
  expect(
    shown([blocked('"app"."2025"', ALTER), blocked("app.events", ALTER, { wait: "2.1 s" }), blocked("app.events_rest", ALTER)]),
  ).toEqual([["app.events", ['"app"."2025" (2.0 s)', "app.events_rest (2.0 s)"]]]);
});

const waits = (statement: string, ...ms: readonly number[]): unknown =>
  shown(ms.map((blockedMs, at) => ({ ...blocked(`app.t${at}`, statement, { wait: `${blockedMs} ms` }), blockedMs })));

test("the finding is about the table that waits longest, also where the statement names another table or none", () => {
  expect(waits("vacuum full", 208, 420, 200)).toEqual([["app.t1", ["app.t0 (208 ms)", "app.t2 (200 ms)"]]]);
  expect(waits("alter table app.t0 add column a int", 200, 420)).toEqual([["app.t1", ["app.t0 (200 ms)"]]]);
  expect(waits("alter table app.t0 add column a int", 400, 420)).toEqual([["app.t0", ["app.t1 (420 ms)"]]]);
});

test("other statements, other accesses, exceptions and unknown statements have findings of their own", () => {
  const judged = [
    blocked("app.events", ALTER),
    blocked("app.events_1", "alter table app.events_1 add column a int"),
    blocked("app.events_2", ALTER, { code: "writes-blocked" }),
    blocked("app.events_3", ALTER, { reason: "only at night" }),
    blocked("app.events_4", undefined),
    blocked("app.events_5", undefined),
  ];
  expect(mergeTables(judged)).toEqual(judged);
});
