import { test } from "node:test";
import { Client } from "pg";

/** Connects to the database under test. */
export async function connect() {
  const client = new Client({ connectionString: process.env.DATABASE_URL_UNPOOLED ?? process.env.DATABASE_URL });
  await client.connect();
  return client;
}

/**
 * The key of an advisory lock. The test that commits events holds it, and tests that read events hold it shared, because
 * several jobs run these tests on one database at the same time.
 */
export const COMMITTED = "hashtext('committed events')";

/** Defines a test that runs in a transaction and rolls it back, so that tests do not affect each other. */
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
