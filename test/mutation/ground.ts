import { readFile } from "node:fs/promises";
import type { Catalog } from "../../src/audit/catalog/catalog.ts";
import { readCatalog } from "../../src/audit/catalog/read.ts";
import { withSession } from "../../src/postgres/connect.ts";
import { diverseDatabase } from "../support/diverse.ts";

/** A server with the diverse schema, of which each mutation gets a copy. */
export interface Ground {
  readonly serverUrl: string;
  readonly template: string;
  readonly catalog: Catalog;
}

/** Makes the diverse schema with the superuser's objects on top, as a database that copies are made from. */
export async function prepareGround(serverUrl: string, template = "diverse"): Promise<Ground> {
  await diverseDatabase(serverUrl, template);
  const more = await readFile(new URL("../fixtures/diverse-more.sql", import.meta.url), "utf8");
  const url = databaseUrl(serverUrl, template);
  const catalog = await withSession(url, async (session) => {
    await session.query(more);
    return readCatalog(session);
  });
  return { serverUrl, template, catalog };
}

/** Runs `work` on a copy that is dropped afterwards: its URL. */
export async function onCopy<T>({ serverUrl, template }: Ground, name: string, work: (url: string) => Promise<T>): Promise<T> {
  const run = (sql: string): Promise<unknown> => withSession(serverUrl, (session) => session.query(sql));
  await run(`create database ${name} template ${template} strategy file_copy`);
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
