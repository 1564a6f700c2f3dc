import { expect, test } from "vitest";
import { countApplied } from "../../../src/migration-tools/applied.ts";
import type { Revision, VersionTable } from "../../../src/migration-tools/tool.ts";

const revisions: readonly Revision[] = ["a", "b", "c", "d"].map((id, at, all) => ({
  id,
  name: id,
  dependsOn: all.slice(Math.max(0, at - 1), at),
}));
const table = (holds: VersionTable["holds"]): VersionTable => ({ tables: [], name: "t", query: () => "", holds });

test("a table of all revisions is counted without what is not of this repository", () => {
  expect(countApplied({ revisions, versionTable: table("all") }, ["a", "b", "of a package"])).toBe(2);
});

test("a head counts with everything on which it depends", () => {
  expect(countApplied({ revisions, versionTable: table("heads") }, ["c"])).toBe(3);
  expect(countApplied({ revisions, versionTable: table("heads") }, [])).toBe(0);
});
