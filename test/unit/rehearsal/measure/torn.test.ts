import { expect, test } from "vitest";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { shownTokens, SYNTAX_ERROR } from "../../../../src/rehearsal/measure/torn.ts";
import { knownNames } from "../../../../src/rehearsal/sql/known-names.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";
import { withoutLiterals } from "../../../../src/rehearsal/sql/shown.ts";
import type { SentStatement } from "../../../../src/rehearsal/observe/recording.ts";

const isKnown = knownNames([
  "update",
  "set",
  "where",
  "insert",
  "into",
  "values",
  "create",
  "table",
  "do",
  "alter",
  "type",
  "person",
  "name",
  "g",
]);

function shown(sql: string, sqlstate: string = SYNTAX_ERROR, file = ""): string {
  const sent = { sql, sqlstate, session: "s", startMs: 0, endMs: 1, tags: [] } as unknown as SentStatement;
  const parts = readParts(migrationFiles([{ path: "migrations/1.sql", text: file }]), isKnown)(sent);
  return parts.map((part) => withoutLiterals(shownTokens(part, false))).join("; ");
}

test.each([
  ["update person set g=1 where name='O'Brien SECRET secret@mail'", "update person set g=? where name=? …"],
  ["update person set g=1 where name='James' SECRET' and g=2", "update person set g=? where name=? …"],
  ["update person set name='it's SECRET's', g=1", "update person set name=? …"],
  ["insert into person values ('a', $x$b$x$SECRET$x$)", "insert into person values (? …"],
  ["update person set g=1 /* a */ SECRET */ where name='a'", "update person set g=? … */ where name=? …"],
  ['create table "t_a"SECRET" (g int)', "create table …"],
  ["update \"person\" set name='O'SECRET'", 'update "person" set name=? …'],
  ["update person set g=12 SECRET", "update person set g=? …"],
  ["update person set name='a'; SECRET'; update person set g=1", "update person set name=?…; …"],
  ["do $$ begin update person set name='O'SECRET'; end $$", "do ? …"],
])("shows of %s, which has a syntax error, nothing that can be a value", (sql, expected) => {
  expect(shown(sql).replaceAll(" …", "…")).toBe(expected.replaceAll(" …", "…"));
});

test("a statement of a migration file is shown up to its end, unless a quote is open", () => {
  const sql = "update person set name='a' whre g=1";
  expect(shown(sql, SYNTAX_ERROR, `${sql};`)).toBe("update person set name=? whre g=?");
  const open = "update person set name = 'it's SECRET' where g=1";
  expect(shown(open, SYNTAX_ERROR, `${open};`)).toBe("update person set name = ? …");
});

test("a statement without a syntax error is shown as before", () => {
  expect(shown("update person set other='a' where g=1", "42P01")).toBe("update person set other=? where g=?");
  expect(shown("update person set other='a' where g=1", "42703")).toBe("update person set other=? where g=?");
});
