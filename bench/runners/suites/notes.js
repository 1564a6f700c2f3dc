// One of the equal test files. Each test starts with a fresh database, and says when it began and how long that took.
import { appendFileSync } from "node:fs";
import pg from "pg";
import { beforeEach, expect, test } from "vitest";
import { reset } from "./database.js";

beforeEach(async () => {
  const start = performance.now();
  await reset();
  appendFileSync(process.env.TIMES, `FRESH ${performance.now() - start}\n`);
});

test.each([1, 2, 3])("sees only its own rows (%i)", async () => {
  appendFileSync(process.env.TIMES, `TEST ${Date.now()}\n`);
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query("with mine as (insert into t1 (name) values ('mine') returning 1) select count(*)::int as n from t1");
  await client.end();
  expect(rows).toEqual([{ n: 0 }]);
});
