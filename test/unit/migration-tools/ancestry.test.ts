import { expect, test } from "vitest";
import { ancestryOf } from "../../../src/migration-tools/ancestry.ts";
import type { Revision } from "../../../src/migration-tools/tool.ts";

const ofAll = (holds: "all" | "heads") => ({ tables: [], name: "t", query: () => "", holds });
const sequence = (...ids: readonly string[]): readonly Revision[] =>
  ids.map((id, at) => ({ id, name: id, dependsOn: at === 0 ? [] : [ids[at - 1] ?? ""] }));

test.each([
  ["nothing is recorded", [], "none"],
  ["the first ones are recorded", ["1", "2"], "part"],
  ["one in the middle is recorded", ["2"], "part"],
  ["all are recorded", ["1", "2", "3"], "all"],
  ["another one is recorded too", ["1", "9"], "other"],
  ["only others are recorded", ["9"], "other"],
] as const)("compares the table of all migrations when %s", (_, recorded, expected) => {
  expect(ancestryOf({ revisions: sequence("1", "2", "3"), versionTable: ofAll("all") }, recorded)).toBe(expected);
});

test("a head implies those before it, and an unknown head is of another history", () => {
  const project = { revisions: sequence("a", "b"), versionTable: ofAll("heads") };
  expect(["a", "b", "c"].map((head) => ancestryOf(project, [head]))).toEqual(["part", "all", "other"]);
});

test("ignores migrations of installed packages where ids name their sequence", () => {
  const revisions = [{ id: "shop.0001_initial", name: "shop.0001_initial", dependsOn: [], sequence: "shop" }];
  const project = { revisions, versionTable: ofAll("all") };
  expect(ancestryOf(project, ["auth.0001_initial", "shop.0001_initial"])).toBe("all");
  expect(ancestryOf(project, ["auth.0001_initial", "shop.0002_other"])).toBe("other");
});
