import { readFile } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withSession } from "../../src/postgres/connect.ts";

/** The schema that has one of everything: `test/fixtures/diverse.sql`. */
export async function diverseSql(): Promise<string> {
  return readFile(new URL("../fixtures/diverse.sql", import.meta.url), "utf8");
}

/**
 * Folders with other major versions of Postgres: those of Debian's packages, and those that `OFFSHOOT_TEST_BINARIES`
 * lists, separated by colons. The npm package's own version comes on top of them.
 */
export function otherBinaries(): readonly string[] {
  const home = "/usr/lib/postgresql";
  const folders = existsSync(home) ? readdirSync(home).map((major) => join(home, major, "bin")) : [];
  const listed = (process.env["OFFSHOOT_TEST_BINARIES"] ?? "").split(":").filter((folder) => folder !== "");
  return [...folders, ...listed].filter((folder) => existsSync(join(folder, "postgres")) && existsSync(join(folder, "initdb")));
}

/** A database with the diverse schema, made by an ordinary role that owns it: its URLs. */
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
