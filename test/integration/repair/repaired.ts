import { inject } from "vitest";
import { type Row, withSession } from "../../support/session.ts";
import { databaseUrl, readSide } from "../../mutation/template.ts";
import { repair, type Verdict } from "../../mutation/repair.ts";

export interface Repaired {
  readonly verdict: Verdict;
  /** Queries the repaired database. */
  readonly query: <T extends Row>(sql: string) => Promise<readonly T[]>;
  readonly url: string;
  /** The same for the database with the expected schema. */
  readonly wanted: <T extends Row>(sql: string) => Promise<readonly T[]>;
  readonly wantedUrl: string;
}

let made = 0;

async function database(serverUrl: string, ...statements: readonly string[]): Promise<string> {
  const name = `repaired_${process.pid}_${(made += 1)}`;
  await withSession(serverUrl, (session) => session.query(`create database ${name}`));
  await withSession(databaseUrl(serverUrl, name), async (session) => {
    for (const sql of statements) await session.query(sql);
  });
  return name;
}

/** Repairs the database of the second SQL to match that of the first, with all steps that lose data. */
export function repaired(expected: string, ...actual: readonly string[]): Promise<Repaired> {
  return repairedOn(inject("serverUrl"), expected, ...actual);
}

/** The same on another server. */
export async function repairedOn(serverUrl: string, expected: string, ...actual: readonly string[]): Promise<Repaired> {
  const [wanted, name] = [await database(serverUrl, expected), await database(serverUrl, ...actual)];
  const [wantedUrl, url] = [databaseUrl(serverUrl, wanted), databaseUrl(serverUrl, name)];
  const side = await withSession(wantedUrl, readSide);
  const verdict = await repair(side, { serverUrl, name });
  return {
    verdict,
    query: (sql) => withSession(url, (session) => session.query(sql)),
    url,
    wanted: (sql) => withSession(wantedUrl, (session) => session.query(sql)),
    wantedUrl,
  };
}
