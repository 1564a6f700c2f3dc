import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";

const admin = new pg.Client({ connectionString: process.env.SERVER_URL });
await admin.connect();
const name = `${inject("template")}_${randomBytes(6).toString("hex")}`;

// Without the lock, two copies of one template at once fail: "source database is being accessed by other users".
export async function reset() {
  await admin.query("select pg_advisory_lock(1)");
  try {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name} template ${inject("template")}`);
  } finally {
    await admin.query("select pg_advisory_unlock(1)");
  }
}

await reset();
const url = new URL(process.env.SERVER_URL);
url.pathname = `/${name}`;
process.env.DATABASE_URL = url.href;
afterAll(() => admin.end());
