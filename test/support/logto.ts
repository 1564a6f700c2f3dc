import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Session } from "./session.ts";

/** A query of Logto's database library: SQL with numbered placeholders, and their values. */
interface Query {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** One step of Logto's schema, from its npm package. */
interface Alteration {
  down(pool: object): Promise<void>;
}

/**
 * Creates the newest schema of Logto as its own command does: the tables in order, each with its policies. It also creates
 * a role, which has the name of the database and belongs to the whole server.
 */
export async function seedLogto(session: Session, folder: string): Promise<void> {
  const tables = join(folder, "tables");
  const read = async (name: string): Promise<string> => {
    const text = await readFile(join(tables, name), "utf8");
    return text.replaceAll("${database}", await databaseName(session)).replaceAll("${password}", "test");
  };
  const names = (await readdir(tables)).filter((name) => name.endsWith(".sql") && !name.startsWith("_"));
  const files = await Promise.all(names.map(async (name) => ({ name, sql: await read(name) })));
  const { Tenants } = (await import(pathToFileURL(join(folder, "lib/models/tenants.js")).href)) as { Tenants: { raw: string } };
  await session.query(await read("_before_all.sql"));
  await session.query(await read("_functions.sql"));
  await session.query(Tenants.raw);
  for (const { name, sql } of files.toSorted((a, b) => orderOf(a.sql) - orderOf(b.sql))) {
    await session.query(sql);
    if (!sql.includes("no_after_each")) await session.query((await read("_after_each.sql")).replaceAll("${name}", name.slice(0, -4)));
  }
  await session.query(await read("_after_all.sql"));
}

/** Files without a position come last. */
function orderOf(sql: string): number {
  return Number(/init_order = ([\d.]+)/.exec(sql)?.[1] ?? "100");
}

/** The steps, newest first. Their names contain the time when they were written, in seconds. */
export async function logtoSteps(folder: string): Promise<readonly string[]> {
  const names = (await readdir(join(folder, "alterations-js"))).filter((name) => name.endsWith(".js"));
  return names.toSorted((a, b) => secondOf(b) - secondOf(a)).map((name) => join(folder, "alterations-js", name));
}

function secondOf(name: string): number {
  return Number(/-(\d{10})-/.exec(name)?.[1] ?? 0);
}

/** Rolls one step back in a transaction, as Logto's command does. */
export async function rollBack(session: Session, step: string): Promise<void> {
  const { default: alteration } = (await import(pathToFileURL(step).href)) as { default: Alteration };
  await session.query("begin");
  await alteration.down(poolOf(session));
  await session.query("commit");
}

function poolOf(session: Session): object {
  const any = async ({ sql, values }: Query): Promise<readonly object[]> => {
    const rows = await session.query(sql.replaceAll(/\$slonik_(\d+)/g, "$$$1"), values);
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [camelCase(name), value])));
  };
  const maybeOne = async (query: Query): Promise<object | null> => (await any(query))[0] ?? null;
  const one = async (query: Query): Promise<object> => {
    const [row] = await any(query);
    if (row === undefined) throw new Error(`The query returned no row: ${query.sql}`);
    return row;
  };
  const query = async (request: Query): Promise<object> => {
    const rows = await any(request);
    return { rows, rowCount: rows.length };
  };
  return { query, any, many: any, one, maybeOne };
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

async function databaseName(session: Session): Promise<string> {
  const [row] = await session.query<{ name: string }>("select current_database() as name");
  return row?.name ?? "";
}
