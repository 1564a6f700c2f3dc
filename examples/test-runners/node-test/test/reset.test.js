import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { database } from "offshoot/node-test";
import pg from "pg";

beforeEach(() => database.reset());

async function inClone(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

for (const round of [1, 2, 3]) {
  test(`starts with a fresh clone (${round})`, async () => {
    await inClone(process.env.DATABASE_URL, "insert into note (text) values ('mine')");
    assert.deepEqual(await inClone(database.url, "select count(*)::int as n from note"), [{ n: 2 }]);
  });
}

test("has a further clone for itself", async () => {
  const other = await database.clone();
  await inClone(other.url, "drop table note");
  assert.deepEqual(await inClone(database.url, "select count(*)::int as n from note"), [{ n: 1 }]);
  await other.drop();
});
