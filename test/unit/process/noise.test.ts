import { expect, test } from "vitest";
import { withoutNoise } from "../../../src/process/noise.ts";

const kept = (text: string): string => withoutNoise(text.split("\n")).join("\n");

test("frames of Python's packages are left out with their code, and the user's own are kept", () => {
  const text = `Traceback (most recent call last):
  File "/app/migrations/shop.py", line 7, in upgrade
    op.execute("alter table shop")
    ^^^^^^^^^^^^^
  File "/venv/lib/python3.12/site-packages/sqlalchemy/engine/base.py", line 1572, in execute
    ret = self.run(
          ^^^^^^^^
  File "/usr/lib/python3/dist-packages/psycopg2/x.py", line 3, in run
    raise error
psycopg2.errors.UndefinedTable: relation "shop" does not exist`;
  expect(kept(text)).toBe(`Traceback (most recent call last):
  File "/app/migrations/shop.py", line 7, in upgrade
    op.execute("alter table shop")
psycopg2.errors.UndefinedTable: relation "shop" does not exist`);
});

test("frames of JavaScript and the server's own source are left out, and the code and the constraint are kept", () => {
  const text = `error: relation "shop" does not exist
    at Parser.parse (/app/node_modules/pg/lib/parser.js:1:2)
    at async run (/app/x.js:92:20) {
  length: 102,
  severity: 'ERROR',
  code: '42P01',
  detail: undefined,
  constraint: 'shop_pkey',
  file: 'namespace.c',
  line: '433',
  routine: 'RangeVarGetRelidExtended'
}`;
  expect(kept(text)).toBe(`error: relation "shop" does not exist\n  code: '42P01',\n  constraint: 'shop_pkey',\n}`);
});

test("the mark of libpq below a line of SQL is kept, and one below other code is not", () => {
  const text = "1.sql:2: ERROR:  42601: no\nLINE 2: alter tabel shop;\n              ^";
  expect(kept(text)).toBe(text);
  expect(kept("psycopg.errors.SyntaxError: no\nZEILE 1: selekt 1\n         ^")).toContain("^");
  expect(kept("    op.execute(x)\n    ^")).not.toContain("^");
});

test("only the last frame of a spinner is kept, and other text is unchanged", () => {
  expect(kept("[⣷] applying migrations...[⣯] applying migrations...")).toBe("applying migrations...");
  const text = "File: 1 of 2\n  line: 7\n-- at 10:30:15 the job began\n[x] done";
  expect(kept(text)).toBe(text);
});
