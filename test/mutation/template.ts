import { readFile } from "node:fs/promises";
import { readCatalog } from "../../src/catalog/read.ts";
import type { Side } from "../../src/repair/lookup.ts";
import { readRepairSource } from "../../src/repair/source.ts";
import { type Session, withSession } from "../../src/postgres/connect.ts";
import { diverseDatabase } from "../support/diverse.ts";

/** A server with the diverse schema, of which each mutation gets a copy. */
export interface Template extends Side {
  readonly serverUrl: string;
  readonly template: string;
}

function fixture(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}

/** Makes the diverse schema with the superuser's objects on top, as a database that copies are made from; with some rows where asked. */
export async function prepareTemplate(serverUrl: string, { rows = false }: { readonly rows?: boolean } = {}): Promise<Template> {
  const template = "diverse";
  await diverseDatabase(serverUrl, template);
  const more = await fixture("diverse-more.sql");
  const inserts = rows ? await fixture("diverse-rows.sql") : "";
  const side = await withSession(databaseUrl(serverUrl, template), async (session) => {
    await session.query(more);
    await session.query(inserts);
    return readSide(session);
  });
  return { serverUrl, template, ...side };
}

/** All that a comparison and a repair want to know of a database. */
export async function readSide(session: Session): Promise<Side> {
  return { catalog: await readCatalog(session), source: await readRepairSource(session) };
}

/** Runs `work` on a copy of a database that nobody is connected to; it is dropped afterwards. */
export async function onCopy<T>(serverUrl: string, template: string, name: string, work: (url: string) => Promise<T>): Promise<T> {
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
