import { test } from "node:test";
import { Client } from "pg";

/** A session with the database under test. */
export async function connect() {
  const client = new Client({ connectionString: process.env.DATABASE_URL_UNPOOLED ?? process.env.DATABASE_URL });
  await client.connect();
  return client;
}

/** Held by the one test that commits its events, while others look for events: jobs share this database at once. */
export const COMMITTED = "hashtext('committed events')";

/** A test in a transaction that is rolled back, so that tests leave nothing for each other. */
export function rolledBack(name, body) {
  void test(name, async () => {
    const client = await connect();
    try {
      await client.query("begin");
      await client.query(`select pg_advisory_xact_lock_shared(${COMMITTED})`);
      await body((sql, values) => client.query(sql, values).then((result) => result.rows));
    } finally {
      await client.end();
    }
  });
}
