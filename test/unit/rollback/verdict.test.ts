import { expect, test } from "vitest";
import type { Change } from "../../../src/drift/change.ts";
import { countVerdicts, isFinding, judge, type Observed } from "../../../src/rollback/verdict.ts";

const change: Change = { change: "missing", kind: "index", object: "public.a", detail: "", differences: [] };
const good: Observed = {
  step: "001",
  declared: false,
  downError: undefined,
  upError: undefined,
  back: { exact: [], withoutOrder: [] },
  again: [],
  rows: [],
};

test.each<[string, Partial<Observed>, boolean]>([
  ["identical", {}, false],
  ["column-order", { back: { exact: [change], withoutOrder: [] } }, false],
  ["lossy", { back: { exact: [change, change], withoutOrder: [change] } }, true],
  ["lossy", { rows: [{ table: "public.a", before: 2, after: 1 }] }, true],
  ["nondeterministic", { again: [change] }, true],
  ["not-repeatable", { upError: "exists already", again: undefined }, true],
  ["down-error", { downError: "no such table", back: undefined, again: undefined }, true],
  ["irreversible-declared", { declared: true, downError: "cannot downgrade", back: undefined, again: undefined }, false],
  ["lossy", { back: { exact: [change], withoutOrder: [change] }, again: [change] }, true],
])("%s", (verdict, seen, finding) => {
  const step = judge({ ...good, ...seen });
  expect([step.verdict, isFinding(step)]).toEqual([verdict, finding]);
});

test("counts say zero for verdicts that nobody got", () => {
  expect(countVerdicts([judge(good), judge(good)])).toMatchObject({ identical: 2, lossy: 0, "down-error": 0 });
});
