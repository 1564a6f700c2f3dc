import { expect, test } from "vitest";
import { markIn } from "../../../../src/rehearsal/observe/revision-marks.ts";

const records = { table: "offshoot.applied", ids: new Set(["001_start", "002_note"]) };
const record = (name: string): string => `insert into offshoot.applied (name) values ('${name}')`;

test("a statement that writes the record of a migration marks it", () => {
  expect(markIn(record("001_start"), [], records)).toBe("001_start");
  expect(markIn("insert into offshoot.applied (name, content) values ($offshoot$002_note$offshoot$, 'x')", [], records)).toBe("002_note");
  expect(markIn("insert into offshoot.applied (name) values ($1)", ["002_note"], records)).toBe("002_note");
  expect(markIn("insert into person values ('001_start')", [], records)).toBeUndefined();
});

test("a message with a whole file and the record at its end marks its own migration", () => {
  const file = `create table note (id int);\nupdate person set name = ';';\n;reset session authorization; reset role;${record("002_note")}`;
  expect(markIn(file, [], records)).toBe("002_note");
  expect(markIn(`${"-- a long remark\n".repeat(2000)}${file};\n`, [], records)).toBe("002_note");
  expect(markIn(`begin;\n${file};commit`, [], records)).toBe("002_note");
  expect(markIn("create table note (id int); select 1", [], records)).toBeUndefined();
});

test("finds a migration that is recorded in several columns", () => {
  const django = { table: "django_migrations", ids: new Set(["library.0001_initial", "shop.0001_initial"]) };
  const row = `insert into "django_migrations" ("app", "name", "applied") values ('shop', '0001_initial', '2026-01-01'::timestamptz)`;
  expect(markIn(row, [], django)).toBe("shop.0001_initial");
  expect(markIn(row.replace("'shop'", "$1").replace("'0001_initial'", "$2"), ["shop", "0001_initial"], django)).toBe("shop.0001_initial");
  expect(markIn(row.replace("'shop'", "'other'"), [], django)).toBeUndefined();
  const liquibase = { table: "databasechangelog", ids: new Set(["db/titles.json::titles::ada"]) };
  const set = "INSERT INTO databasechangelog (ID, AUTHOR, FILENAME) VALUES ('titles', 'ada', 'classpath:/db/titles.json')";
  expect(markIn(set, [], liquibase)).toBe("db/titles.json::titles::ada");
});
