import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import pg from "pg";

// A template for each run: two runs on one server must not disturb each other.
export async function setup(project) {
  const server = process.env.SERVER_URL;
  const template = `template_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${template}`);
  const url = new URL(server);
  url.pathname = `/${template}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(await readFile("migrations/0001.sql", "utf8"));
  await client.end();
  project.provide("template", template);
  return async () => {
    const { rows } = await admin.query("select datname from pg_database where starts_with(datname, $1)", [template]);
    for (const { datname } of rows) await admin.query(`drop database if exists ${datname} with (force)`);
    await admin.end();
  };
}
