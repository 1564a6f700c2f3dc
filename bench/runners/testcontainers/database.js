import { readFile } from "node:fs/promises";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";
import { afterAll } from "vitest";

// bench: the check of Testcontainers itself has one second, which never suffices on a busy machine
const CHECK = { test: ["CMD-SHELL", "pg_isready --host localhost"], interval: 250, timeout: 30_000, retries: 1000 }; // bench

// A snapshot belongs to a container, and restoring it changes the container's database: each test file has a container.
const container = await new PostgreSqlContainer(process.env.IMAGE)
  .withLabels({ "offshoot-bench": process.env.BENCH }) // bench: to remove what a failed test leaves
  .withTmpFs({ "/var/lib/postgresql/data": "rw" }) // bench: in memory, because the disk of a busy machine is slow
  .withHealthCheck(CHECK) // bench
  .withStartupTimeout(600_000) // bench
  .withDatabase("notes")
  .start();
const client = new pg.Client({ connectionString: container.getConnectionUri() });
await client.connect();
await client.query(await readFile("migrations/0001.sql", "utf8"));
await client.end();
await container.snapshot();
process.env.DATABASE_URL = container.getConnectionUri();

export const reset = () => container.restoreSnapshot();
afterAll(() => container.stop());
