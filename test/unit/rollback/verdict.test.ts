import { expect, test } from "vitest";
import type { Change } from "../../../src/drift/change.ts";
import { countVerdicts, isFinding, verdictOf, type Observation } from "../../../src/rollback/verdict.ts";

const change: Change = { change: "missing", kind: "index", object: "public.a", detail: "", differences: [] };
const good: Observation = {
  step: "001",
  declaredIrreversible: false,
  downError: undefined,
  upError: undefined,
  afterDown: { exact: [], named: [], lost: [] },
  afterSecondUp: [],
  rows: [],
};

test.each<[string, Partial<Observation>, boolean]>([
  ["identical", {}, false],
  ["column-order", { afterDown: { exact: [change], named: [], lost: [] } }, false],
  ["generated-names", { afterDown: { exact: [change, change], named: [change], lost: [] } }, false],
  ["lossy", { afterDown: { exact: [change, change], named: [change], lost: [change] } }, true],
  ["lossy", { rows: [{ table: "public.a", before: 2, after: 1 }] }, true],
  ["nondeterministic", { afterSecondUp: [change] }, true],
  ["not-repeatable", { upError: "exists already", afterSecondUp: undefined }, true],
  ["down-error", { downError: "no such table", afterDown: undefined, afterSecondUp: undefined }, true],
  [
    "irreversible-declared",
    { declaredIrreversible: true, downError: "cannot downgrade", afterDown: undefined, afterSecondUp: undefined },
    false,
  ],
  ["lossy", { afterDown: { exact: [change], named: [change], lost: [change] }, afterSecondUp: [change] }, true],
])("the verdict is %s", (verdict, seen, finding) => {
  const step = verdictOf({ ...good, ...seen });
  expect([step.verdict, isFinding(step)]).toEqual([verdict, finding]);
});

test("the counts contain zero for verdicts that no step has", () => {
  expect(countVerdicts([verdictOf(good), verdictOf(good)])).toMatchObject({ identical: 2, lossy: 0, "down-error": 0 });
});
