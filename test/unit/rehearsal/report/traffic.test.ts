import { expect, test } from "vitest";
import { trafficLines } from "../../../../src/rehearsal/report/traffic.ts";
import type { Latency, MeasuredTraffic } from "../../../../src/rehearsal/traffic/traffic.ts";

const latency = (count: number, errors: number, causes: readonly string[] = []): Latency => ({
  count,
  errors,
  causes,
  medianMs: 1,
  p95Ms: 1,
  p99Ms: 1,
  maxMs: 1,
  longestWaitMs: 1,
  notSent: 0,
});

test("says which statements failed before the migrations, and why", () => {
  const statement = (name: string, before: Latency) => ({
    name,
    sql: "select ?",
    line: 1,
    weight: 1,
    before,
    during: latency(1, 0),
    after: latency(1, 0),
  });
  const all = { before: latency(1, 40), during: latency(0, 26), after: latency(0, 40) };
  const traffic: MeasuredTraffic = {
    file: "t.yaml",
    ratePerSecond: 40,
    sessions: 4,
    outcome: "succeeded",
    ms: 100,
    queuedMs: 0,
    all,
    statements: [
      statement("good", latency(40, 0)),
      statement("once", latency(1, 40, ['relation "newt" already exists (SQLSTATE 42P07)'])),
      statement("rare", latency(39, 1)),
    ],
  };
  expect(trafficLines(traffic).slice(1)).toEqual([
    'The statement once failed 40 of 41 times before the migrations, so what the migrations do to it was not measured: relation "newt" already exists (SQLSTATE 42P07).',
    "The statement rare failed 1 of 40 times before the migrations, so it is not judged whether the migrations make it fail.",
  ]);
});
