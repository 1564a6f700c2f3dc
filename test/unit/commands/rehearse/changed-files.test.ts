import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { changedNote, changedSince } from "../../../../src/commands/rehearse/changed-files.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const done = ["1_a", "2_b", "3_c"].map((id) => ({ id, name: id, dependsOn: [] }));
const files = [
  { path: "db/1_a.sql", text: "create table a ();" },
  { path: "db/2_b.sql", text: "create table b (changed int);" },
  { path: "db/4_d.sql", text: "create table d ();" },
];

test("names the migrations whose files have another content than what was applied", () => {
  const contents = ["create table a ();", "create table b ();", "create table deleted ();"].map(hash);
  expect(changedSince({ done, contents }, files)).toEqual(["2_b"]);
});

test("says nothing where the contents were not recorded, or the text is not known", () => {
  expect(changedSince({ done, contents: [] }, files)).toEqual([]);
  expect(changedSince({ done, contents: [hash("create table a ();")] }, files)).toEqual([]);
  expect(changedSince({ done, contents: [hash("other")] }, [{ path: "db/2_b.sql", text: "" }])).toEqual([]);
});

test("the note names at most five", () => {
  expect(changedNote([])).toEqual([]);
  expect(changedNote(["2_b"]).join()).toMatch(/^2_b was changed after it ran in the database of the copy/);
  expect(changedNote(["1", "2", "3", "4", "5", "6"]).join()).toMatch(/^1, 2, 3, 4, 5 and 1 more were changed after they ran/);
});
