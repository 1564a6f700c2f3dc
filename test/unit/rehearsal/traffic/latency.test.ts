import { expect, test } from "vitest";
import { latenciesOf, newCollection } from "../../../../src/rehearsal/traffic/latency.ts";

test("the percentiles are times that a statement really had: the nearest rank", () => {
  const collection = newCollection();
  collection.during.times.push(...Array.from({ length: 200 }, (_, at) => 200 - at));
  const { during, before } = latenciesOf([collection]);
  expect(during).toMatchObject({ count: 200, medianMs: 100, p95Ms: 190, p99Ms: 198, maxMs: 200 });
  expect(before).toEqual({
    count: 0,
    medianMs: 0,
    p95Ms: 0,
    p99Ms: 0,
    maxMs: 0,
    longestWaitMs: 0,
    errors: 0,
    causes: [],
    notSent: 0,
  });
});

test("several collections have their errors, their longest wait and what was not sent together", () => {
  const [one, other] = [newCollection(), newCollection()];
  one.during.causes.set("canceling statement (SQLSTATE 57014)", 2);
  one.during.longestMs = 900;
  other.during.causes.set("canceling statement (SQLSTATE 57014)", 1).set("other", 5);
  other.during.notSent = 7;
  expect(latenciesOf([one, other]).during).toMatchObject({
    count: 0,
    errors: 8,
    causes: ["other", "canceling statement (SQLSTATE 57014)"],
    longestWaitMs: 900,
    notSent: 7,
  });
});
