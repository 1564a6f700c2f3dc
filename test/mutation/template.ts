import { readFile } from "node:fs/promises";
import { readCatalog } from "../../src/catalog/read.ts";
import type { Side } from "../../src/repair/lookup.ts";
import { readRepairSource } from "../../src/repair/source.ts";
import { type Session, withSession } from "../support/session.ts";
import { diverseDatabase } from "../support/diverse.ts";

/** A server, and the name of its database with the diverse schema. Each mutation gets a copy of it. */
export interface Template extends Side {
  readonly serverUrl: string;
  readonly template: string;
}

function fixture(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}

/** Creates the database with the diverse schema, including objects that only a superuser can create, and with rows if `rows` is set. */
export async function prepareTemplate(serverUrl: string, { rows = false }: { readonly rows?: boolean } = {}): Promise<Template> {
  const template = "diverse";
  await diverseDatabase(serverUrl, template);
  const more = await fixture("diverse-more.sql");
  const shapes = await fixture("diverse-shapes.sql");
  const inserts = rows ? await fixture("diverse-rows.sql") : "";
  const side = await withSession(databaseUrl(serverUrl, template), async (session) => {
    await session.query((await isBefore15(session)) ? more.replace(COLUMNS_AND_ROWS, "$1") : more);
    await session.query(shapes);
    await session.query(inserts);
    return readSide(session);
  });
  return { serverUrl, template, ...side };
}

/** A publication of some columns and rows of a table, which PostgreSQL 15 introduced. */
const COLUMNS_AND_ROWS = /(create publication changes for table app\.notes) \(id, title\) where \(number > 0\)/;

async function isBefore15(session: Session): Promise<boolean> {
  const [{ isOld } = { isOld: false }] = await session.query<{ isOld: boolean }>(
    "select current_setting('server_version_num')::integer < 150000 as \"isOld\"",
  );
  return isOld;
}

/** Everything that a comparison and a repair read from a database. */
export async function readSide(session: Session): Promise<Side> {
  return { catalog: await readCatalog(session), source: await readRepairSource(session) };
}

/** Runs `work` on a copy of a database without connections. The copy is dropped afterwards. */
export async function onCopy<T>(serverUrl: string, template: string, name: string, work: (url: string) => Promise<T>): Promise<T> {
  const run = (sql: string): Promise<unknown> => withSession(serverUrl, (session) => session.query(sql));
  await withSession(serverUrl, async (session) => {
    const strategy = (await isBefore15(session)) ? "" : " strategy file_copy";
    await session.query(`create database ${name} template ${template}${strategy}`);
  });
  try {
    return await work(databaseUrl(serverUrl, name));
  } finally {
    await run(`drop database ${name} with (force)`);
  }
}

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
