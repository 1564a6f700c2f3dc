import { expect, test } from "vitest";
import { describeServerError, objectOf, publicMessage } from "../../../src/postgres/server-error.ts";

test.each([
  ['relation "shop" does not exist'],
  ['duplicate key value violates unique constraint "book_pkey"'],
  ['null value in column "x" of relation "y" violates not-null constraint'],
  ['syntax error at or near "creat"'],
  ['syntax error at or near ")"'],
  ['column "a" of relation "b" already exists'],
])("a message that names objects is kept: %s", (message) => {
  expect(publicMessage(message)).toBe(message);
});

test.each([
  ['invalid input syntax for type integer: "Ada"', 'invalid input syntax for type integer: "…"'],
  ['invalid input value for enum mood: "a: "b" c"', 'invalid input value for enum mood: "…"'],
  ['value "99999999999" is out of range for type integer', 'value "…" is out of range for type integer'],
  ['date/time field value out of range: "1815-13-10"', 'date/time field value out of range: "…"'],
  ["new row 'Ada' is bad", "new row '…' is bad"],
  ["no tenant for ada@example.org", "no tenant for …"],
  ['invalid byte sequence for encoding "UTF8": 0xc3 0x28', 'invalid byte sequence for encoding "UTF8": …'],
  ['syntax error at or near "12 Main Street"', 'syntax error at or near "…"'],
  ["insert into t values ('Ada') - relation \"t\" does not exist", 'relation "t" does not exist'],
  ["first line\nsecond line", "first line"],
  ['unterminated quoted string at or near "\'abc);\nselect 1;\n"', 'unterminated quoted string at or near "…"'],
  ['unterminated quoted identifier at or near ""it is\nhere"', 'unterminated quoted identifier at or near "…"'],
  ['syntax error at or near "it\nhere"', 'syntax error at or near "…"'],
])("values are hidden: %s", (message, shown) => {
  expect(publicMessage(message)).toBe(shown);
});

test("an object is named by its kind and its full name", () => {
  expect(objectOf({ schema: "public", table: "book", constraint: "book_pkey" })).toBe("constraint public.book.book_pkey");
  expect(objectOf({ schema: "public" })).toBeUndefined();
});

test("one line has the message, the code, the object and the place", () => {
  expect(describeServerError({ message: "no.", sqlstate: "42P01", object: "table a", file: "2.sql", line: 3 })).toBe(
    "no (SQLSTATE 42P01, table a, 2.sql line 3)",
  );
  expect(describeServerError({ message: "no" })).toBe("no");
});
