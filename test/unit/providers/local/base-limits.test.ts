import { expect, test } from "vitest";
import { deadline } from "../../../../src/deadline.ts";
import type { Session } from "../../../../src/postgres/connect.ts";
import { dropExcess, excessOf, type StoredBase } from "../../../../src/providers/local/base-limits.ts";

const base = (name: string, second: number, more: Partial<StoredBase> = {}): StoredBase => ({
  name,
  bytes: 10,
  usedAt: new Date(second * 1000),
  oid: 1,
  isInUse: false,
  ...more,
});
const dropped = (bases: readonly StoredBase[], count: number, bytes: number): readonly string[] =>
  excessOf(bases, { count, bytes }).map(({ name }) => name);

const THREE = [base("b", 2), base("c", 3), base("a", 1)];

test.each([
  [3, 30, []],
  [2, 30, ["a"]],
  [3, 29, ["a"]],
  [3, 10, ["a", "b"]],
  [1, 1000, ["a", "b"]],
  [0, 1000, ["a", "b", "c"]],
])("with %i bases and %i bytes, these of three are dropped, the one with the oldest use first: %j", (count, bytes, expected) => {
  expect(dropped(THREE, count, bytes)).toEqual(expected);
});

test("a base in use is kept and counts, so another one is dropped", () => {
  expect(dropped([base("a", 1, { isInUse: true }), base("b", 2), base("c", 3)], 2, 1000)).toEqual(["b"]);
});

test("a base that alone is too large is dropped, and the others stay", () => {
  expect(dropped([base("a", 1), base("large", 2, { bytes: 101 })], 10, 100)).toEqual(["large"]);
});

test("of two bases that were used in the same second, the one that was created first is dropped", () => {
  expect(dropped([base("second", 1, { oid: 9 }), base("first", 1, { oid: 8 })], 1, 1000)).toEqual(["first"]);
});

const MISSING_DATABASE = Object.assign(new Error('database "base" does not exist'), { code: "3D000" });
const DENIED = Object.assign(new Error("must be owner of database base"), { code: "42501" });

/** A session whose statements fail, and which ends with the failure if `ends`. */
function failing(thrown: Error, ends = false): Session {
  const lost = new AbortController();
  const query = (): Promise<never> => {
    // The driver reports the end of a session after the error of its statement.
    if (ends) process.nextTick(() => lost.abort());
    return Promise.reject(thrown);
  };
  return { query, lost: lost.signal } as unknown as Session;
}

test.each([
  ["another run dropped the same base", failing(MISSING_DATABASE), "detail"],
  ["the server ended", failing(new Error("Connection terminated"), true), "detail"],
  ["the role has no right", failing(DENIED), "warning"],
  ["nothing ended the session", failing(new Error("Connection terminated")), "warning"],
])(
  "when bases cannot be dropped because %s, the event is not a failure to act on unless it can be acted on",
  async (_when, session, kind) => {
    const events: string[] = [];
    await dropExcess(session, { count: 0, bytes: 0 }, deadline("a test", 1000), (event) => void events.push(event.kind));
    expect(events).toEqual([kind]);
  },
);
