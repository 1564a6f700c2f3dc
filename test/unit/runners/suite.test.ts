import { expect, test } from "vitest";
import type { Context } from "../../../src/context/context.ts";
import type { OpenSuite } from "../../../src/runners/open-suite.ts";
import { SERVER } from "../../../src/runners/protocol.ts";
import type { SuiteClones } from "../../../src/runners/suite-clones.ts";
import { type Suite, suiteOf } from "../../../src/runners/suite.ts";

/** A suite whose clones are only names. */
function suite(keepOnFailure = true): Suite & { readonly kept: string[] } {
  const kept: string[] = [];
  let count = 0;
  const clones = {
    take: () => Promise.resolve({ name: `c-${(count += 1)}` }),
    keep: (name: string) => Promise.resolve(void kept.push(name)),
    drop: () => Promise.resolve(),
    dropUnused: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  } as unknown as SuiteClones;
  const open = { database: { provider: "embedded", name: "db" }, close: () => Promise.resolve(undefined) } as unknown as OpenSuite;
  const context = {
    settings: { ttlMs: 3_600_000 },
    ci: { isCi: false },
    run: { key: "main" },
    now: () => new Date("2026-11-30T13:05:00Z"),
    emit: () => {},
  } as unknown as Context;
  return { ...suiteOf(open, clones, context, keepOnFailure), kept };
}

const keptLine = (tests: string, name: string): string =>
  `The clone of ${tests} is kept until 2026-11-30 14:05 UTC: url=$(npx offshoot clone ${name} --run main) && psql "$url"`;

test("each kept clone is named with the failed tests of its own file, the first three and how many more", async () => {
  const own = suite();
  const first = await own.take("1", "worker", {});
  expect(own.failed({ clone: first.name, tests: ["a", "b", "c", "d", "e"] })).toEqual([
    keptLine('the failed tests "a", "b", "c" and 2 more', first.name),
  ]);
  const next = await own.take("1", "worker", {});
  expect(next.name).not.toBe(first.name);
  expect(own.failed({ clone: next.name, tests: ["f"] })).toEqual([keptLine('the failed test "f"', next.name)]);
  expect(await own.end()).toEqual([]);
  expect(own.kept).toEqual([first.name, next.name]);
});

test("a clone that tests share is named at the end with all that failed in it, each one once", async () => {
  const own = suite();
  const shared = await own.take(SERVER, "worker", {});
  expect(own.failed({ clone: shared.name, tests: ["a"] })).toEqual([
    keptLine('the failed test "a"', shared.name),
    expect.stringMatching(/^Other tests/),
  ]);
  for (const name of ["a", "b", "c", "d", "d"]) expect(own.failed({ clone: shared.name, tests: [name] })).toEqual([]);
  expect(own.later()).toEqual([`The kept clone ${shared.name} is the one of the failed tests "a", "b", "c" and 1 more.`]);
  expect(own.later()).toEqual([]);
  own.failed({ clone: shared.name, tests: ["e"] });
  expect(await own.end()).toEqual([`The kept clone ${shared.name} is the one of the failed tests "a", "b", "c" and 2 more.`]);
});

test("the same test that failed again needs no line at the end", async () => {
  const own = suite();
  const shared = await own.take(SERVER, "worker", {});
  own.failed({ clone: shared.name, tests: ["a"] });
  own.failed({ clone: shared.name, tests: ["a"] });
  expect(await own.end()).toEqual([]);
});

test("without keepOnFailure nothing is kept, and nothing is said", async () => {
  const own = suite(false);
  const clone = await own.take("1", "file", {});
  expect(own.failed({ clone: clone.name, tests: ["a"] })).toEqual([]);
  expect(await own.end()).toEqual([]);
  expect(own.kept).toEqual([]);
});

test("a file that failed without a failed test is named, once", async () => {
  const own = suite();
  const clone = await own.take("1", "file", {}, "/shop/test/a.test.js");
  const failure = { file: "/shop/test/a.test.js", tests: [], title: "test/a.test.js" };
  expect(own.failed(failure)).toEqual([keptLine('the failed test file "test/a.test.js"', clone.name)]);
  expect(own.failed(failure)).toEqual([]);
  expect(await own.end()).toEqual([]);
  expect(own.kept).toEqual([clone.name]);
});

test("a worker's failure is that of its own clone, not of one that a test made", async () => {
  const own = suite();
  const clone = await own.take("worker-1", "file", {});
  await own.take("worker-1", "extra", {});
  expect(own.failed({ worker: "worker-1", tests: ["a"] })).toEqual([keptLine('the failed test "a"', clone.name)]);
});
