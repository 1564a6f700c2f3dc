import { expect, test } from "vitest";
import {
  expiredExceptions,
  type Delay,
  latenessOf,
  limitsFor,
  momentOf,
  type RehearsalLimits,
  unmatchedExceptions,
} from "../../../src/rehearsal/limits.ts";

const limits: RehearsalLimits = {
  blockedReadsMs: 0,
  blockedWritesMs: 1000,
  durationMs: 600_000,
  rewriteBytes: 1000,
  severities: {},
  tables: {
    "app.events": { blockedWritesMs: 9000, reason: "written at night", until: "2026-06-30" },
    audit: { rewriteBytes: 5, reason: "small" },
  },
};

test("a table has its own limits until their last day, and the general ones afterwards", () => {
  const events = { schema: "app", name: "events" };
  expect(limitsFor(events, limits, new Date("2026-06-30T23:00:00Z"))).toMatchObject({
    blockedWritesMs: 9000,
    reasons: { blockedWrites: "written at night" },
  });
  expect(limitsFor(events, limits, new Date("2026-07-01T00:00:00Z"))).toMatchObject({ blockedWritesMs: 1000, reasons: {} });
  expect(expiredExceptions(limits, new Date("2026-07-01T00:00:00Z")).map(({ table }) => table)).toEqual(["app.events"]);
});

test("a name without a schema is the table of any schema, and a limit of 0 is a moment", () => {
  expect(limitsFor({ schema: "x", name: "audit" }, limits, new Date())).toEqual({
    blockedReadsMs: 100,
    blockedWritesMs: 1000,
    acceptedReadsMs: 100,
    acceptedWritesMs: 1000,
    rewriteBytes: 5,
    momentMs: 100,
    reasons: { rewrite: "small" },
  });
});

const late = (delayMs: number, delayShare = 1): Delay => ({ delayMs, delayShare });

test("a moment is longer where an answer of the server takes long, and longer for each message in the wait, so that a busy machine causes no finding", () => {
  expect([1, 10, 35].map((delayMs) => momentOf(delayMs, 0))).toEqual([100, 200, 700]);
  const explained = 60 * latenessOf(late(20), { statements: 1, ms: 500 });
  expect(momentOf(20, explained)).toBe(2800);
  const { blockedReadsMs, blockedWritesMs, acceptedReadsMs } = limitsFor({ schema: "x", name: "y" }, limits, new Date(), 350);
  expect([blockedReadsMs, blockedWritesMs, acceptedReadsMs]).toEqual([350, 1000, 100]);
});

test("a message explains no more than it took, and its further statements explain little, so that many fast ones hide no slow one", () => {
  expect(latenessOf(late(34), { statements: 1, ms: 3 })).toBe(3);
  expect(latenessOf(late(34, 0.5), { statements: 1, ms: 3 })).toBe(1.5);
  expect(latenessOf(late(34), { statements: 1, ms: 8000 })).toBe(68);
  expect(Math.round(latenessOf(late(34), { statements: 306, ms: 8100 }))).toBe(1105);
});

const NOW = new Date("2026-11-30T12:00:00Z");
const TABLES = [
  { schema: "app", name: "customer" },
  { schema: "app", name: "order" },
];

function limitsOf(...tables: readonly string[]): RehearsalLimits {
  const exception = { blockedReadsMs: 1000, reason: "x" };
  return {
    blockedReadsMs: 0,
    blockedWritesMs: 0,
    durationMs: 1,
    rewriteBytes: 1,
    severities: {},
    tables: Object.fromEntries(tables.map((name) => [name, exception])),
  };
}

test.each([
  ["app.custmer", "app.customer"],
  ["app.Customer", "app.customer"],
  ["public.customer", "app.customer"],
  ["custmer", "customer"],
  ["app.*", undefined],
  ["billing", undefined],
])("an exception for %s matches nothing, and %s is the nearest table", (table, nearest) => {
  expect(unmatchedExceptions(limitsOf(table), TABLES, NOW)).toEqual([{ table, reason: "x", nearest }]);
});

test("names with and without a schema match, and an expired exception is reported as that only", () => {
  expect(unmatchedExceptions(limitsOf("app.customer", "order"), TABLES, NOW)).toEqual([]);
  const expired = { ...limitsOf(), tables: { former: { rewriteBytes: 1, reason: "x", until: "2026-11-29" } } };
  expect(unmatchedExceptions(expired, TABLES, NOW)).toEqual([]);
});
