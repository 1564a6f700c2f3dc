import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findPrintedError } from "../../../src/postgres/printed-error.ts";
import { describeServerError } from "../../../src/postgres/server-error.ts";

const FIXTURES = new URL("../../fixtures/printed-errors/", import.meta.url).pathname;

const found = (output: string): string | undefined => {
  const error = findPrintedError(output);
  return error && describeServerError(error);
};

/** `real` was printed by the tool itself, with a server of version 15. `documented` is from the tool's documentation or source. */
describe.each(["real", "documented"])("the error in the output of %s runs", (kind) => {
  const files = readdirSync(`${FIXTURES}${kind}`).filter((file) => file.endsWith(".txt"));

  test("is found with its code, object and place, where the tool prints them", async () => {
    const lines = files.map((file) => `${file}: ${found(readFileSync(`${FIXTURES}${kind}/${file}`, "utf8"))}`);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`${FIXTURES}${kind}.golden`);
  });

  test.each(files)("contains no value of %s", (file) => {
    expect(found(readFileSync(`${FIXTURES}${kind}/${file}`, "utf8"))).not.toMatch(/example\.org|x\.org|"a"|Key \(|undefined/);
  });
});

test("the last error counts, except those that follow from it", () => {
  expect(found('ERROR:  database "x" already exists\nERROR:  relation "shop" does not exist\nok')).toBe('relation "shop" does not exist');
  const aborted = "ERROR:  current transaction is aborted, commands ignored until end of transaction block";
  expect(found(`ERROR:  relation "shop" does not exist\n${aborted}`)).toBe('relation "shop" does not exist');
});

test.each([
  "curl: (6) Could not resolve host: example.org",
  "error: unknown option '--frob'",
  "npm error code ELIFECYCLE",
  "ERROR: 2 tests failed",
  "psql:1.sql:1: NOTICE:  relation exists, skipping",
  "Error: Cannot find module 'pg'\n    at node:internal/modules/cjs/loader:1228:15",
  "",
])("output without an error of a server has none: %s", (output) => {
  expect(findPrintedError(output)).toBeUndefined();
});

test("a statement of several lines before the server's words is left out (Knex)", () => {
  const dump = "    at parseErrorMessage (/builds/shop/node_modules/pg-protocol/dist/parser.js:306:11)";
  expect(found(`error: insert into t\n values ('Ada') - relation "t" does not exist\n${dump}`)).toBe('relation "t" does not exist');
});

test("long and many lines are searched within two seconds", () => {
  const before = performance.now();
  findPrintedError(`ERROR:  ${"a: ".repeat(100_000)}\n${"psql:".repeat(100_000)}\n${'File "'.repeat(100_000)}\n(${" - ".repeat(100_000)}`);
  findPrintedError('error: no\nERROR:  no\n  File "x.py", line 1\n'.repeat(8000));
  expect(performance.now() - before).toBeLessThan(2000);
});

test("a migration that Rails has ended is not the place of an error after it", () => {
  const output = `ActiveRecord::NoDatabaseError: FATAL:  database "animals" does not exist\n== 20240101000000 CreateShop: migrating ====\n== 20240101000000 CreateShop: migrated (0.0155s) ====\n`;
  expect(findPrintedError(output)).toEqual({ message: 'database "animals" does not exist' });
  expect(findPrintedError(output.replace(/^.*migrated.*$/m, ""))).toMatchObject({ file: "CreateShop" });
});

test("a word of symbols that the server did not understand is kept", () => {
  for (const word of ["\\", "<<<<<<<"]) {
    const message = `syntax error at or near "${word}"`;
    expect(findPrintedError(`1.sql: ERROR:  42601: ${message}`)).toMatchObject({ message, file: "1.sql" });
  }
});

test("a file of plain SQL has its line, if one is printed, and its ending can be in capitals", () => {
  const message = 'syntax error at or near "x"';
  const place = { message, sqlstate: "42601", file: "1 Shop.SQL" };
  expect(findPrintedError(`1 Shop.SQL:12: ERROR:  42601: ${message}\nLINE 12: x\n         ^`)).toEqual({ ...place, line: 12 });
  expect(findPrintedError(`1 Shop.SQL: ERROR:  42601: ${message}`)).toEqual(place);
});

test("a file of plain SQL can have a space in its name", () => {
  expect(findPrintedError("003 with space.sql: ERROR:  22012: division by zero")).toMatchObject({ file: "003 with space.sql" });
});

// Printed by PHP 8 with a real server, by pg_query and by PDO.
test.each([
  [
    "PHP Warning:  pg_query(): Query failed: ERROR:  value too long for type character varying(5) in /builds/shop/m.php on line 3",
    "value too long for type character varying(5) (/builds/shop/m.php line 3)",
  ],
  [
    "PHP Fatal error:  Uncaught PDOException: SQLSTATE[22P02]: Invalid text representation: 7 ERROR:  invalid input value for enum mood: \"x\"\nLINE 1: select 'x'::mood\n               ^ in /builds/shop/m.php:6\nStack trace:\n#0 /builds/shop/m.php(6): PDO->exec()\n#1 {main}\n  thrown in /builds/shop/m.php on line 6",
    'invalid input value for enum mood: "…" (SQLSTATE 22P02, /builds/shop/m.php line 6)',
  ],
  [
    'PHP Fatal error:  Uncaught PDOException: SQLSTATE[22P02]: Invalid text representation: 7 ERROR:  invalid input value for enum mood: "x" in /builds/shop/vendor/orm/Db.php:9\nStack trace:\n#0 /builds/shop/vendor/orm/Db.php(9): PDO->exec()\n#1 /builds/shop/m.php(2): Db->run()\n#2 {main}\n',
    'invalid input value for enum mood: "…" (SQLSTATE 22P02, /builds/shop/m.php line 2)',
  ],
  ['ERROR:  relation "shop" does not exist in notes.php', 'relation "shop" does not exist in notes.php'],
])("PHP's place in a message is the place of the error: %j", (output, expected) => {
  expect(found(output)).toBe(expected);
});
