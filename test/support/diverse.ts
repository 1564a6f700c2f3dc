import { readFile } from "node:fs/promises";
import { withSession } from "./session.ts";

/** A schema with every kind of object: `test/fixtures/diverse.sql`. */
export async function diverseSql(): Promise<string> {
  return readFile(new URL("../fixtures/diverse.sql", import.meta.url), "utf8");
}

/** Creates a database with the diverse schema, as an ordinary role that owns it. Returns its URLs. */
export async function diverseDatabase(serverUrl: string, name: string): Promise<{ readonly owner: string; readonly reader: string }> {
  const url = (user: string, database: string): string => {
    const made = new URL(serverUrl);
    made.username = user;
    made.pathname = `/${database}`;
    return made.href;
  };
  await withSession(serverUrl, async (session) => {
    for (const role of [`${name}_owner`, `${name}_reader`]) await session.query(`create role ${role} login password 'test'`);
    await session.query(`create database ${name} owner ${name}_owner`);
  });
  const owner = url(`${name}_owner`, name);
  const sql = await diverseSql();
  await withSession(owner, (session) => session.query(sql));
  return { owner, reader: url(`${name}_reader`, name) };
}
