const { database } = require("offshoot/jest");
const { Client } = require("pg");

beforeEach(() => database.reset());

async function inClone(url, sql) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

test.each([1, 2, 3])("starts with a fresh clone (%i)", async () => {
  await inClone(process.env.DATABASE_URL, "insert into note (text) values ('mine')");
  expect(await inClone(database.url, "select count(*)::int as n from note")).toEqual([{ n: 2 }]);
});

test("has a further clone for itself", async () => {
  const other = await database.clone();
  await inClone(other.url, "drop table note");
  expect(await inClone(database.url, "select count(*)::int as n from note")).toEqual([{ n: 1 }]);
  await other.drop();
});
