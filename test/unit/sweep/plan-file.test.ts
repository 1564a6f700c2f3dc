import { expect, test } from "vitest";
import type { Listed } from "../../../src/providers/provider.ts";
import type { Planned } from "../../../src/sweep/plan.ts";
import { parsePlanFile, planFileText, restrictTo } from "../../../src/sweep/plan-file.ts";

const NOW = new Date("2026-11-01T12:00:00Z");
const reason = { code: "also", text: "left by the preview job" } as const;

function planned(id: string, name = id, expireAt?: Date): Planned {
  const listed = { provider: "neon", id, name } as Listed;
  return { listed, reason, ...(expireAt === undefined ? {} : { expireAt }) };
}
const ids = (all: readonly Planned[]): readonly string[] => all.map(({ listed }) => listed.id);

test("only what both the file and a new plan contain is deleted", () => {
  const file = parsePlanFile(planFileText({ delete: [planned("br-1"), planned("br-2"), planned("br-3", "three")], keep: [] }, NOW), "plan");
  const fresh = { delete: [planned("br-1"), planned("br-3", "renamed"), planned("br-4")], keep: [planned("br-5")] };
  const { delete: left, keep } = restrictTo(fresh, file);
  expect(ids(left)).toEqual(["br-1"]);
  expect(ids(keep)).toEqual(["br-5", "br-3", "br-4"]);
  expect(keep.at(-1)?.reason.code).toBe("not-in-plan");
});

test("a plan that lets a branch expire does not allow its deletion, and the other way round", () => {
  const file = parsePlanFile(planFileText({ delete: [planned("br-1", "one", NOW), planned("br-2")], keep: [] }, NOW), "plan");
  expect(ids(restrictTo({ delete: [planned("br-1", "one"), planned("br-2", "br-2", NOW)], keep: [] }, file).delete)).toEqual([]);
});

test("each item has a line of its own, and lines can be removed", () => {
  const text = planFileText({ delete: [planned("br-1"), planned("br-2")], keep: [] }, NOW);
  const reviewed = text
    .split("\n")
    .filter((line) => !line.includes("br-2"))
    .join("\n")
    .replace("},\n  ]", "}\n  ]");
  expect(parsePlanFile(reviewed, "plan").items.map(({ id }) => id)).toEqual(["br-1"]);
  expect(parsePlanFile(planFileText({ delete: [], keep: [] }, NOW), "plan").items).toEqual([]);
});

test.each([
  ["no JSON", "it is not JSON"],
  ['{"version":2,"written":"2026-11-01T12:00:00Z","items":[]}', "the value of version is not valid"],
  [
    '{"version":1,"written":"2026-11-01T12:00:00Z","items":[{"provider":"neon","id":"br-1","name":"n","action":"drop","reason":""}]}',
    "items.0.action",
  ],
  ["[]", "the value of the file is not valid"],
])("a file with %s is refused", (text, message) => {
  expect(() => parsePlanFile(text, "plan.json")).toThrow(message);
});
