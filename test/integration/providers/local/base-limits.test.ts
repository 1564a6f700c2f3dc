// @module-tag proof
import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { withSession } from "../../../support/session.ts";
import { withDatabase } from "../../../../src/postgres/url.ts";
import type { BaseLimits } from "../../../../src/providers/local/base-limits.ts";
import { runningServer } from "../../../../src/providers/local/cluster/cluster.ts";
import { templateName } from "../../../../src/providers/local/names.ts";
import { acquired, uniqueKey } from "../requests.ts";
import { type Home, homeForTest } from "./homes.ts";

const signal = new AbortController().signal;
const GB = 1024 ** 3;

const newFingerprint = (): string => randomBytes(32).toString("hex");

async function keep(home: Home, fingerprint: string, baseLimits: BaseLimits): Promise<void> {
  const database = await acquired(home.provider({ baseLimits }), uniqueKey(), { fingerprint });
  await database.keepAsBase?.(fingerprint, async () => true, signal);
}

async function serverUrl(home: Home): Promise<string> {
  return (await runningServer(home.cluster))?.url ?? "";
}

const templatesOf = async (home: Home): Promise<readonly unknown[]> => {
  const sql = "select datname from pg_database where starts_with(datname, 'offshoot_template_') order by oid";
  return (await withSession(await serverUrl(home), (session) => session.query(sql))).map(({ datname }) => datname);
};

test("of sixteen fingerprints, three bases stay: those with the latest use", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const limits = { count: 3, bytes: 2 * GB };
  const fingerprints = Array.from({ length: 16 }, newFingerprint);
  for (const fingerprint of fingerprints) await keep(home, fingerprint, limits);
  expect(await templatesOf(home)).toEqual(fingerprints.slice(-3).map(templateName));
});

test("a base that a run has used since is kept, and one that a session uses too", async () => {
  const home = await homeForTest();
  const limits = { count: 2, bytes: 2 * GB };
  const [one, two, three, four] = [newFingerprint(), newFingerprint(), newFingerprint(), newFingerprint()];
  await keep(home, one, limits);
  await keep(home, two, limits);
  // The time of the last use has a resolution of one second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await keep(home, one, limits);
  await keep(home, three, limits);
  expect(await templatesOf(home)).toEqual([one, three].map(templateName));
  const url = await serverUrl(home);
  await withSession(url, (session) => session.query(`alter database ${templateName(one)} allow_connections true`));
  await withSession(withDatabase(url, templateName(one)), async (session) => {
    await keep(home, four, { count: 1, bytes: 2 * GB });
    expect(await session.query("select 1 as one")).toEqual([{ one: 1 }]);
  });
  expect(await templatesOf(home)).toEqual([templateName(one)]);
});

test("the size of all bases together is limited", async () => {
  const home = await homeForTest();
  const [one, two] = [newFingerprint(), newFingerprint()];
  // An empty database has about 7 MB.
  const limits = { count: 10, bytes: 12 * 1024 ** 2 };
  await keep(home, one, limits);
  await keep(home, two, limits);
  expect(await templatesOf(home)).toEqual([templateName(two)]);
});

test("the idle reaper applies a limit that was lowered", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const fingerprints = [newFingerprint(), newFingerprint(), newFingerprint()];
  const provider = home.provider({ baseLimits: { count: 1, bytes: 2 * GB } });
  await acquired(provider, uniqueKey());
  for (const fingerprint of fingerprints) await keep(home, fingerprint, { count: 10, bytes: 2 * GB });
  await vi.waitFor(async () => expect(await templatesOf(home)).toEqual([templateName(fingerprints[2] ?? "")]), {
    timeout: 30_000,
    interval: 500,
  });
});
