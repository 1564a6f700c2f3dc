import { readFile } from "node:fs/promises";
import { makeNeonTesting } from "neon-testing";
import pg from "pg";
import { beforeAll } from "vitest";

// A branch for each test file. It has no reset by itself: its documentation drops and creates the schema in a hook.
const neonTesting = makeNeonTesting({ apiKey: process.env.NEON_API_KEY, projectId: process.env.NEON_PROJECT_ID });
neonTesting.api.instance.defaults.baseURL = process.env.NEON_API_HOST; // bench: the mock
neonTesting({ endpoint: "direct" });

export async function reset() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query("drop schema public cascade; create schema public");
  await client.query(await readFile("migrations/0001.sql", "utf8"));
  await client.end();
}
beforeAll(reset);
