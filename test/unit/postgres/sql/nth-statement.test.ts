import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nthStatement } from "../../../../src/postgres/sql/nth-statement.ts";
import { keyOf, statementsIn } from "../../../../src/postgres/sql/split.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

const ROOT = new URL("../../../../", import.meta.url);
const FILES = readdirSync(new URL("examples/outbox/", ROOT), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sql") && !name.includes("node_modules"))
  .map((name) => readFileSync(new URL(`examples/outbox/${name}`, ROOT), "utf8"));

const TRICKY = [
  ";;select ';', \";\" ; -- ;\n/* ; /* ; */ ; */ select E'\\';', e'\\\\' ; select name';' from t;",
  "do $$ begin; end $$; do $x$ ; $$ ; $x$ language 'plpgsql'; select a$b from t; select $1; select a$$; 2;",
  "create rule r as on insert to t do also (select 1; select ';'); select 2;",
  "CREATE or replace function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3",
  "select U&'\\0041;' ; select b'1;' ; select 'it''s;' ; insert into t values ('🎉;'); select 1 -- end",
  "select 'C:\\'; select 2; select 3",
  "  -- nothing\n",
];

test.each([...FILES, ...TRICKY].map((sql) => [sql.slice(0, 60), sql]))(
  "finds each statement where all of them are found: %s",
  (_name, sql) => {
    const all = statementsIn(sql);
    for (const [nth, { tokens }] of all.entries()) {
      const { start, end } = nthStatement(sql, nth) ?? { start: -1, end: -1 };
      expect(keyOf(tokensOf(sql.slice(start, end)))).toBe(keyOf(tokens));
      expect(start).toBe(tokens[0]?.at);
    }
    expect(nthStatement(sql, all.length)).toBeUndefined();
  },
);

test("the last of 500,000 statements is found within five seconds", () => {
  const one = "insert into shop (id, name, note) values (123, 'some name', 'a note; of some length');\n";
  const before = performance.now();
  expect(nthStatement(one.repeat(500_000), 499_999)?.start).toBe(one.length * 499_999);
  expect(performance.now() - before).toBeLessThan(5000);
});
