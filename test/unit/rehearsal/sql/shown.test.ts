import * as fc from "fast-check";
import { expect, test } from "vitest";
import { withLiterals, withoutLiterals } from "../../../../src/rehearsal/sql/shown.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

const shown = (sql: string): string => withoutLiterals(tokensOf(sql));

test.each([
  ["select 'it''s SECRET'", "select ?"],
  ["select E'a\\'SECRET' as b", "select ? as b"],
  ["select e'\\\\', SECRET_NAME", "select ?, SECRET_NAME"],
  ["select U&'\\0053ECRET' uescape '!'", "select ? uescape ?"],
  ["select X'5EC', b'101', n'SECRET'", "select ?, ?, ?"],
  ["select $$SECRET$$, $tag$ $$ SECRET $other$ $tag$ as c", "select ?, ? as c"],
  ["select $1, a$1 from t", "select $1, a$1 from t"],
  ["select 1, -2.5e10, .5, 0x1F, 1_000, 4711::int, t.c1 from t1", "select ?, -?, ?, ?, ?, ?::int, t.c1 from t1"],
  ["select /* SECRET /* nested */ SECRET */ a -- SECRET\n, b", "select a, b"],
  ['comment on table app."Ord""ers" is \'SECRET\'', 'comment on table app."Ord""ers" is ?'],
  ["do $body$ begin perform 'SECRET'; end $body$", "do ?"],
  ["set app.key = SECRET", "set app.key = ?"],
  ["set session app.key to SECRET", "set session app.key to ?"],
  ["set lock_timeout = '5s'", "set lock_timeout = '5s'"],
  ["set local statement_timeout to 3000", "set local statement_timeout to 3000"],
  ["alter role me password 'SECRET'", "alter role me password ?"],
  ["select 'SECRET", "select ?"],
  ["select $x$SECRET", "select ?"],
  ["select 'a\\' or SECRET, b", "select ?"],
  ["insert into t values ('a'\n'SECRET', 5)", "insert into t values (? ?, ?)"],
  ["alter table t alter c type numeric(10,2)", "alter table t alter c type numeric(?,?)"],
])("shows %s as %s", (sql, expected) => {
  expect(shown(sql)).toBe(expected);
});

test("never shows a part of a string, whatever is around it", () => {
  const literal = fc.oneof(
    fc.string().map((text) => `'${text.replaceAll("\\", "").replaceAll("'", "''")}SECRET'`),
    fc.string().map((text) => `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}SECRET'`),
    fc.string().map((text) => `$q$${text.replaceAll("$", "")}SECRET$q$`),
    fc.string().map((text) => `/* ${text.replaceAll("*", "").replaceAll("/", "")} SECRET */ 1`),
  );
  const sql = fc.array(fc.oneof(literal, fc.constantFrom(" a ", ", ", "(", ")", " -- x\n", '"n"', " :: ", ".")), { maxLength: 8 });
  fc.assert(
    fc.property(sql, (parts) => {
      expect(shown(parts.join(" "))).not.toContain("SECRET");
    }),
    { numRuns: 500, seed: 7 },
  );
});

test("shows literals, but never comments, when they are wanted, in one line and shortened", () => {
  expect(withLiterals(tokensOf("select 'a\nb', 5 /* SECRET */ -- SECRET"))).toBe("select 'a b', 5");
  expect(withLiterals(tokensOf(`select '${"x".repeat(1000)}'`))).toHaveLength(401);
});
