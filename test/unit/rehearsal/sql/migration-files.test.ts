import { expect, test } from "vitest";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

const files = migrationFiles([
  { path: "m/001_start.sql", text: "create table a (id int);\n\nalter table a add b int;\n" },
  { path: "m/002_next.up.sql", text: "-- x\nalter table a\n  add c int;\nalter table a add b int;\ndo $$ begin end $$;\n" },
  { path: "versions/0042ab_add_index.py", text: 'def upgrade():\n    op.create_index("a_b", "a", ["b"])\n' },
  { path: "prisma/20260101_first/migration.sql", text: "select 1;" },
]);

test("finds a statement by its text, whatever its blanks, comments and case", () => {
  expect(files.placesOf(tokensOf("ALTER TABLE a ADD c int -- now"))).toEqual([{ file: "m/002_next.up.sql", line: 2 }]);
});

test("finds a DO block, which is only a word and a string", () => {
  expect(files.placesOf(tokensOf("do $$ begin end $$"))).toEqual([{ file: "m/002_next.up.sql", line: 5 }]);
  expect(files.placesOf(tokensOf("begin"))).toEqual([]);
});

test.each(["vacuum full", "cluster", "truncate a", "execute x"])("finds the short statement %s", (sql) => {
  const short = migrationFiles([{ path: "m/003_short.sql", text: `begin;\n${sql};\n` }]);
  expect(short.placesOf(tokensOf(sql))).toEqual([{ file: "m/003_short.sql", line: 2 }]);
  expect(short.placesOf(tokensOf("begin"))).toEqual([]);
});

test("finds all places of a text, and the one in a file", () => {
  const tokens = tokensOf("alter table a add b int");
  expect(files.placesOf(tokens)).toEqual([
    { file: "m/001_start.sql", line: 3 },
    { file: "m/002_next.up.sql", line: 4 },
  ]);
  expect(files.findIn("m/002_next.up.sql", tokens)).toEqual({ file: "m/002_next.up.sql", line: 4 });
  expect(files.placesOf(tokensOf("alter table other add b int"))).toEqual([]);
});

test.each([
  ["001_start", "m/001_start.sql"],
  ["002_next", "m/002_next.up.sql"],
  ["0042ab", "versions/0042ab_add_index.py"],
  ["20260101_first", "prisma/20260101_first/migration.sql"],
  ["unknown", undefined],
])("finds the file of the migration %s", (name, expected) => {
  expect(files.fileOf(name)).toBe(expected);
});

test("finds the first line with a name as a whole word", () => {
  expect(files.lineWith("versions/0042ab_add_index.py", ["a_b"])).toBe(2);
  expect(files.lineWith("versions/0042ab_add_index.py", ["index"])).toBeUndefined();
});

test.each([
  ["shop.0001_initial", "shop/migrations/0001_initial.py"],
  ["app/changes/titles.json::titles::ada", "src/app/changes/titles.json"],
  ["Titles1704326400004", "migrations/1704326400004-titles.js"],
  ["Emma1704326400004", undefined],
])("finds the file of %s, whose name has several parts or is only in the file", (name, expected) => {
  const found = migrationFiles([
    { path: "library/migrations/0001_initial.py", text: "" },
    { path: "shop/migrations/0001_initial.py", text: "" },
    { path: "src/app/changes/titles.json", text: "" },
    { path: "migrations/1704326400004-titles.js", text: "module.exports = class Titles1704326400004 {};" },
    { path: "migrations/1704326400005-two.js", text: "class Emma1704326400004 {}" },
    { path: "migrations/1704326400006-three.js", text: "class Emma1704326400004 {}" },
  ]);
  expect(found.fileOf(name)).toBe(expected);
});
