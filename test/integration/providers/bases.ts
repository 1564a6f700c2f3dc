import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { withSession } from "../../support/session.ts";
import type { Database, Provider } from "../../../src/providers/provider.ts";
import { acquired, listening, uniqueKey } from "./requests.ts";

const signal = new AbortController().signal;

async function stillTrue(): Promise<boolean> {
  return true;
}

/** The promises of a provider that keeps migrated databases as bases. */
export function testBases(make: () => Promise<Provider>): void {
  const startedFrom = async (fingerprint: string): Promise<Database> => acquired(await make(), uniqueKey(), { fingerprint });
  const migrated = async (fingerprint: string): Promise<Database> => {
    const database = await startedFrom(fingerprint);
    await withSession(database.directUrl, (session) => session.query("create table migrated as select 1 as step"));
    return database;
  };
  const remove = async (...databases: readonly Database[]): Promise<void> => {
    for (const { name } of databases) await (await make()).release(name, listening());
  };

  test("starts later runs from a base with its data, settings and grants", async () => {
    const fingerprint = randomBytes(32).toString("hex");
    const first = await migrated(fingerprint);
    expect(first.base).toBeUndefined();
    await withSession(first.directUrl, async (session) => {
      const name = `"${new URL(first.url).pathname.slice(1)}"`;
      await session.query("create schema app");
      await session.query(`alter database ${name} set search_path = app, "it's, me", public`);
      await session.query(`alter database ${name} set timezone = 'Europe/Paris'`);
      await session.query(`alter database ${name} set temp_tablespaces = ''`);
      await session.query(`revoke connect on database ${name} from public`);
    });
    expect(await first.keepAsBase?.(fingerprint, stillTrue, signal)).toBe(true);
    const second = await startedFrom(fingerprint);
    expect(second.base).toBeDefined();
    const [seen] = await withSession(second.url, (session) =>
      session.query(
        `select (select step from migrated) as step, current_setting('search_path') as path, current_setting('timezone') as zone,
           current_setting('temp_tablespaces') as spaces,
           (select datacl::text !~ '[{,]=[^/]*c' from pg_database where datname = current_database()) as closed`,
      ),
    );
    expect(seen).toEqual({ step: 1, path: `app, "it's, me", public`, zone: "Europe/Paris", spaces: '""', closed: true });
    await remove(first, second);
  });

  test("discards a copy when the database changed while it was copied", async () => {
    const fingerprint = randomBytes(32).toString("hex");
    const first = await migrated(fingerprint);
    expect(await first.keepAsBase?.(fingerprint, async () => false, signal)).toBe(false);
    const broken = first.keepAsBase?.(fingerprint, () => Promise.reject(new Error("no answer")), signal);
    await expect(broken).rejects.toThrow("no answer");
    const second = await startedFrom(fingerprint);
    expect(second.base).toBeUndefined();
    expect((await (await make()).list(listening())).filter((listed) => listed.broken)).toEqual([]);
    await remove(first, second);
  });

  test("keeps no base of a database with an open session, and does not wait for it", async () => {
    const fingerprint = randomBytes(32).toString("hex");
    const first = await migrated(fingerprint);
    await withSession(first.directUrl, async () => {
      expect(await first.keepAsBase?.(fingerprint, stillTrue, signal)).toBe(false);
    });
    await remove(first);
  });

  test("keeps one base when several databases have the same fingerprint, and lists it with the fingerprint", async () => {
    const fingerprint = randomBytes(32).toString("hex");
    const first = await migrated(fingerprint);
    const second = await migrated(fingerprint);
    const kept = await Promise.all([first, second].map(async (database) => database.keepAsBase?.(fingerprint, stillTrue, signal)));
    expect(kept).toContain(true);
    const bases = (await (await make()).list(listening())).filter(({ tag }) => tag?.fingerprint === fingerprint);
    expect(bases).toMatchObject([{ kind: "base", expiresAt: undefined, tag: { kind: "base", expires: undefined } }]);
    expect(await (await make()).release(bases[0]?.name ?? "", listening())).toBe("deleted");
    expect((await startedFrom(fingerprint)).base).toBeUndefined();
    await remove(first, second);
  });
}
