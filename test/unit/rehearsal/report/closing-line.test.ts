import { expect, test } from "vitest";
import { closingLine } from "../../../../src/rehearsal/report/closing-line.ts";
import { inOneLine, totals } from "../../../../src/rehearsal/report/facts.ts";
import type { Rehearsal } from "../../../../src/rehearsal/rehearsal.ts";

const copy = {
  origin: "local",
  description: "a copy of the base base/abc (embedded, 3 h old)",
  hasProductionRows: false,
  isEmpty: false,
  postgresMajor: 18,
  outbound: [],
  gaps: [],
} as const;
const result: Pick<Rehearsal, "findings" | "copy" | "outcome" | "unjudged"> = { findings: [], copy, outcome: "succeeded", unjudged: [] };

test("names the copy, its age, and waits that were not judged", () => {
  expect(closingLine(result)).toBe("no findings on a copy of the base base/abc (embedded, 3 h old); no production data");
  const unjudged = [{ table: "app.ord", access: "reads", ms: 1600 }] as const;
  expect(closingLine({ ...result, unjudged, copy: { ...copy, hasProductionRows: true } })).toBe(
    "no findings on a copy of the base base/abc (embedded, 3 h old); some waits were not judged",
  );
});

test.each([
  [{ applied: 3, pending: 0 }, "nothing was pending", "The command changed nothing: all migrations had already run in the copy."],
  [
    { applied: 3, pending: 2 },
    "the command changed nothing, although 2 migrations were pending,",
    "The command changed nothing, although 2 migrations were pending in the copy. Check that it is the command that runs the migrations.",
  ],
  [{ applied: 0, pending: 0 }, "the command changed nothing", "The command changed nothing in the copy."],
  [{}, "the command changed nothing", "The command changed nothing in the copy."],
])("says that nothing was pending only where a version table proves it: %j", (counted, short, sentence) => {
  const nothing = { ...result, copy: { ...copy, ...counted }, outcome: "nothing-pending" } as unknown as Rehearsal;
  expect(closingLine(nothing)).toBe(`${short} on a copy of the base base/abc (embedded, 3 h old); no production data`);
  expect(inOneLine(nothing)).toBe(`${short} on a copy of the base base/abc (embedded, 3 h old)`);
  expect(totals(nothing)).toEqual([sentence]);
});

test("says that the copy had none of the migrations, such as a dump of the wrong server", () => {
  const dump = { ...copy, description: "a dump of PRODUCTION", hasProductionRows: true, applied: 0 };
  expect(closingLine({ ...result, copy: dump })).toBe(
    "no findings on a dump of PRODUCTION; none of the migrations was applied there before",
  );
  expect(closingLine({ ...result, copy: { ...dump, applied: 3 } })).toBe("no findings on a dump of PRODUCTION");
});

test("does not say that there were no findings where nothing was judged", () => {
  const empty = { ...result, copy: { ...copy, description: "an empty database (embedded)", isEmpty: true } };
  expect(closingLine(empty)).toBe("the migrations run on an empty database (embedded); nothing was judged on rows");
});
