// @module-tag proof
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { existingProvider } from "../../../../src/providers/existing.ts";
import { identifier } from "../../../../src/postgres/identifier.ts";
import { toDatabase } from "../../../../src/providers/local/names.ts";
import type { Database, Provider } from "../../../../src/providers/provider.ts";
import { plan } from "../../../../src/sweep/plan.ts";
import { otherMajors } from "../../../support/majors.ts";
import { startServer, type TestServer } from "../../../support/server.ts";
import { connect, withSession } from "../../../support/session.ts";
import { acquired, listening, uniqueKey, wantedBy } from "../requests.ts";

const POLICY = {
  now: new Date(),
  repository: undefined,
  owner: undefined,
  olderThanMs: undefined,
  idleMs: 900_000,
  baseTtlMs: 86_400_000,
  closed: { repository: undefined, pullRequests: new Set<number>(), refs: new Set<string>() },
};
const INTERRUPTED = /partly dropped: a DROP of it was interrupted/;

const SERVERS = [undefined, ...(await otherMajors())].map((binaries) => ({ binaries, tags: binaries === undefined ? [] : ["proof"] }));

describe.for(SERVERS)("a database whose DROP was interrupted, on the server in $binaries", ({ binaries, tags }) => {
  let server: TestServer | undefined;
  const start = async (): Promise<TestServer> =>
    (server ??= await startServer({ autovacuum: "off" }, binaries === undefined ? {} : { binaries }));
  afterAll(() => server?.stop());
  const provider = async (): Promise<Provider> => existingProvider({ url: (await start()).url, baseTtlMs: 86_400_000 });

  /** A DROP marks the database, and then reads the list of tablespaces. Here it waits for that list, and is cancelled. */
  async function interruptDrop(database: string): Promise<void> {
    const { url } = await start();
    const blocker = await connect(url);
    try {
      await blocker.query("begin; lock table pg_tablespace in access exclusive mode");
      await withSession(url, async (session) => {
        await session.query("set statement_timeout = 500");
        await expect(session.query(`drop database ${identifier(database)}`)).rejects.toMatchObject({ code: "57014" });
      });
    } finally {
      await blocker.close();
    }
    await expect(withSession(Object.assign(new URL(url), { pathname: `/${database}` }).href, () => Promise.resolve())).rejects.toThrow(
      /database/,
    );
  }
  /** What servers from before August 2023 leave: the row of the database without its files. */
  async function removeFiles(database: string): Promise<void> {
    const { url, data } = await start();
    const [row] = await withSession(url, async (session) => {
      await session.query("checkpoint");
      return session.query<{ oid: string }>(`select oid::text from pg_database where datname = '${database}'`);
    });
    await rm(join(data, "base", row?.oid ?? "none"), { recursive: true });
  }
  const WAYS = [
    ["marked by the server", interruptDrop],
    ["without its files", removeFiles],
  ] as const;
  const oidOf = async (database: string): Promise<string | undefined> => {
    const rows = await withSession((await start()).url, (session) =>
      session.query<{ oid: string }>(`select oid::text from pg_database where datname = '${database}'`),
    );
    return rows[0]?.oid;
  };
  const broken = async (damage: (database: string) => Promise<void>): Promise<Database> => {
    const database = await acquired(await provider(), uniqueKey());
    await damage(toDatabase(database.name));
    return database;
  };

  test.for(WAYS)("%s, is created again by up, with a warning", { tags }, async ([, damage]) => {
    const database = await broken(damage);
    const limits = listening(20_000);
    const again = await (await provider()).acquire(wantedBy(database.tag.run), limits);
    expect(again).toMatchObject({ kind: "database", origin: "created", name: database.name });
    expect(await withSession(database.directUrl, (session) => session.query("select 1 as one"))).toEqual([{ one: 1 }]);
    expect(limits.events.filter(({ kind }) => kind === "warning")).toEqual([
      { kind: "warning", text: expect.stringMatching(INTERRUPTED) as string },
    ]);
    await (await provider()).release(database.name, listening());
  });

  test.for(WAYS)("%s, is dropped by down, and not returned by env and status before", { tags }, async ([, damage]) => {
    const database = await broken(damage);
    expect(await (await provider()).find(database.name, listening(10_000))).toBeUndefined();
    expect(await (await provider()).release(database.name, listening())).toBe("deleted");
    expect(await oidOf(toDatabase(database.name))).toBeUndefined();
  });

  test.for(WAYS)("%s, is shown as such by list, and dropped by sweep before its expiry", { tags }, async ([, damage]) => {
    const database = await broken(damage);
    const listed = (await (await provider()).list(listening())).filter(({ name }) => name === database.name);
    expect(listed).toMatchObject([{ broken: true, kind: "run", tag: { run: database.tag.run } }]);
    const planned = plan(listed, POLICY);
    expect(planned.delete).toMatchObject([{ reason: { code: "broken" } }]);
    expect(await (await provider()).release(database.name, listening(), { seen: listed[0] })).toBe("deleted");
    expect(await oidOf(toDatabase(database.name))).toBeUndefined();
  });

  test("marked by the server, is dropped when another run creates its database", { tags }, async () => {
    const database = await broken(interruptDrop);
    const other = await acquired(await provider(), uniqueKey());
    expect(await oidOf(toDatabase(database.name))).toBeUndefined();
    await (await provider()).release(other.name, listening());
  });

  test.for(WAYS)("%s, is used neither as a base nor kept as one", { tags }, async ([, damage]) => {
    const fingerprint = randomBytes(32).toString("hex");
    const signal = new AbortController().signal;
    const keep = (database: Database): Promise<boolean> | undefined =>
      database.keepAsBase?.(fingerprint, () => Promise.resolve(true), signal);
    const first = await acquired(await provider(), uniqueKey());
    expect(await keep(first)).toBe(true);
    const template = toDatabase(`offshoot/base/${fingerprint.slice(0, 16)}`);
    await withSession((await start()).url, (session) => session.query(`alter database ${identifier(template)} is_template false`));
    const oid = await oidOf(template);
    if (damage === removeFiles)
      await withSession((await start()).url, (session) => session.query(`alter database ${identifier(template)} is_template true`));
    await damage(template);
    const second = await acquired(await provider(), uniqueKey(), { fingerprint });
    expect(second.base).toBeUndefined();
    expect(await keep(second)).toBe(true);
    expect(await oidOf(template)).not.toBe(oid);
    const third = await acquired(await provider(), uniqueKey(), { fingerprint });
    expect(third.base).toBeDefined();
    for (const { name } of [first, second, third]) await (await provider()).release(name, listening());
  });
});
