import { randomBytes } from "node:crypto";
import { describe, expect, inject, test } from "vitest";
import { withSession } from "../../support/session.ts";
import { identifier } from "../../../src/postgres/identifier.ts";
import { existingProvider } from "../../../src/providers/existing.ts";
import { toDatabase } from "../../../src/providers/local/names.ts";
import { createRestrictedRole } from "../../../src/providers/local/restricted-role.ts";
import type { Database, Listed, Provider, Refusal } from "../../../src/providers/provider.ts";
import { freePort } from "../../../src/providers/local/cluster/start.ts";
import { acquired, listening, uniqueKey, wantedBy } from "./requests.ts";
import { testBases } from "./bases.ts";
import { apply } from "../../../src/sweep/apply.ts";
import { plan } from "../../../src/sweep/plan.ts";
import { testContract } from "./contract.ts";

const admin = (sql: string): Promise<unknown> => withSession(inject("serverUrl"), (session) => session.query(sql));
const providerFor = (url: string | undefined): Provider => existingProvider({ url, baseTtlMs: 86_400_000 });

/** A role that can create databases and has no other rights. */
let creator: Promise<string> | undefined;
const creatorUrl = (): Promise<string> => (creator ??= makeRole("createdb"));

async function makeRole(option: "createdb" | "nocreatedb"): Promise<string> {
  const name = `existing_${randomBytes(6).toString("hex")}`;
  await admin(`create role ${name} login ${option} password 'a b/c'`);
  const url = new URL(inject("serverUrl"));
  url.username = name;
  url.password = "a b/c";
  return url.href;
}

async function createForeign(name: string): Promise<() => Promise<void>> {
  await admin(`create database ${identifier(toDatabase(name))}`);
  return async () => void (await admin(`drop database ${identifier(toDatabase(name))}`));
}

describe("the existing provider", () => {
  testContract(async () => {
    const url = await creatorUrl();
    return { make: () => providerFor(url), createForeign };
  });
});

test("the existing provider has no reset and no snapshots, because the server belongs to somebody else", async () => {
  expect(providerFor(await creatorUrl())).toMatchObject({ reset: undefined, snapshots: undefined });
});

describe("the existing provider with bases", () => {
  testBases(async () => providerFor(await creatorUrl()));
});

test("a base of another role is not used, because its triggers would run with the rights of this one", async () => {
  const fingerprint = randomBytes(32).toString("hex");
  const stranger = providerFor(await makeRole("createdb"));
  const own = providerFor(await creatorUrl());
  const signal = new AbortController().signal;
  const made = await acquired(stranger, uniqueKey(), { fingerprint });
  expect(await made.keepAsBase?.(fingerprint, () => Promise.resolve(true), signal)).toBe(true);
  const later = await acquired(own, uniqueKey(), { fingerprint });
  expect(later.base).toBeUndefined();
  expect(await later.keepAsBase?.(fingerprint, () => Promise.resolve(true), signal)).toBe(false);
  const same = await acquired(stranger, uniqueKey(), { fingerprint });
  expect(same.base).toBeDefined();
  for (const [provider, name] of [
    [stranger, made.name],
    [stranger, same.name],
    [own, later.name],
  ] as const)
    await provider.release(name, listening());
});

function answer(url: string | undefined): Promise<Database | Refusal> {
  return providerFor(url).acquire(wantedBy("refused"), listening());
}

describe("the existing provider refuses", () => {
  test("when the server has another major version than the wanted one, also for a database that exists", async () => {
    const provider = providerFor(await creatorUrl());
    const key = uniqueKey();
    const wanted = { ...wantedBy(key), major: 14 };
    const expected = {
      kind: "refusal",
      code: "postgres-version",
      mayFallBack: false,
      text: expect.stringMatching(/has PostgreSQL 1[5-8], but/),
    };
    expect(await provider.acquire(wanted, listening())).toMatchObject(expected);
    expect(await provider.find(wanted.name, listening())).toBeUndefined();
    const { name } = await acquired(provider, key);
    expect(await provider.acquire(wanted, listening())).toMatchObject(expected);
    expect(await provider.examine(name, listening(), 14)).toMatchObject({ action: undefined, refusal: expected });
    await provider.release(name, listening());
  });

  test("when no URL is set", async () => {
    expect(await answer(undefined)).toMatchObject({ kind: "refusal", code: "no-url", mayFallBack: true });
  });

  test("when no server listens at the URL", async () => {
    const refusal = await answer(`postgresql://u:secret@127.0.0.1:${await freePort()}/postgres`);
    expect(refusal).toMatchObject({ kind: "refusal", code: "unreachable", mayFallBack: true });
    expect(JSON.stringify(refusal)).not.toContain("secret");
  });

  test("when the role cannot create databases", async () => {
    expect(await answer(await makeRole("nocreatedb"))).toMatchObject({ kind: "refusal", code: "no-createdb", mayFallBack: true });
  });

  test("when the password is wrong, and allows no fallback to another provider", async () => {
    const url = new URL(await creatorUrl());
    url.password = "wrong";
    expect(await answer(url.href)).toMatchObject({ kind: "refusal", code: "rejected", mayFallBack: false });
  });

  test("at once, with URL_INVALID, when the URL is not a Postgres URL", () => {
    expect(() => providerFor("mysql://u:secret@h/d")).toThrow(expect.objectContaining({ code: "URL_INVALID" }));
  });
});

/** The server with an address of this machine that does not look like one. */
const remote = (query = ""): string => `${inject("serverUrl").replace("127.0.0.1", "0.0.0.0")}${query}`;

describe("the existing provider with a server on another machine", () => {
  test("sends no password in plaintext, and never falls back for that", async () => {
    for (const query of ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-full"]) {
      const sentence = /^The server at 0\.0\.0\.0:\d+\/\S+ does not support TLS\./;
      const remedy = expect.stringContaining("append sslmode=disable to the URL");
      const refused = await providerFor(remote(query)).refuse(listening());
      expect(refused).toMatchObject({ code: "tls", mayFallBack: false, text: expect.stringMatching(sentence), remedy });
      await expect(answer(remote(query))).rejects.toMatchObject({
        code: "CONNECTION_FAILED",
        message: expect.stringMatching(sentence),
        remedy,
      });
    }
  });

  test("sends it if the URL says so", async () => {
    const database = await answer(remote("?sslmode=disable"));
    expect(database).toMatchObject({ kind: "database", directUrl: expect.stringContaining("sslmode=disable") });
    if (database.kind === "database") await database[Symbol.asyncDispose]();
  });

  test("reports an outage, and not that there is nothing, where it cannot be searched", async () => {
    const refused = `postgresql://u:secret@127.0.0.1:${await freePort()}/postgres`;
    for (const url of [refused, remote(), "postgresql://u:secret@host.invalid/d", inject("serverUrl").replace(/:[^:@]+@/, ":wrong@")]) {
      const provider = providerFor(url);
      for (const call of [
        () => provider.list(listening()),
        () => provider.find("x", listening()),
        () => provider.release("x", listening()),
      ]) {
        const thrown: unknown = await call().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(thrown).toMatchObject({ code: "PROVIDER_OUTAGE", remedy: expect.any(String) });
        expect(String(thrown)).not.toContain("secret");
      }
    }
  });
});

test("a copy of a killed process is listed with its tag and expiry, and can be deleted", async () => {
  const provider = providerFor(inject("serverUrl"));
  const wanted = wantedBy("killed-copy");
  const database = await provider.acquire(wanted, listening());
  if (database.kind === "refusal") throw new Error(database.text);
  const copy = await database.copy?.(new AbortController().signal);
  const name = new URL(copy?.url ?? "").pathname.slice(1);
  try {
    // The creator's session holds the lock of the copy. It ends when the process is killed.
    await admin("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'offshoot:copy'");
    const found = (await provider.list(listening())).find(({ id }) => id.endsWith(name));
    expect(found).toMatchObject({ broken: true, tag: { run: wanted.run.key }, expiresAt: expect.any(Date) });
    const closed = { repository: undefined, pullRequests: new Set<number>(), refs: new Set<string>() };
    const policy = { now: new Date(), repository: undefined, owner: undefined, olderThanMs: undefined, idleMs: 0, baseTtlMs: 1, closed };
    expect(found && plan([found], policy).delete).toMatchObject([{ reason: { code: "broken" } }]);
  } finally {
    await admin(`drop database if exists ${identifier(name)} with (force)`);
    await database[Symbol.asyncDispose]();
  }
});

test("a sweep deletes the copy that a killed process left and its role, and not the database from which it was copied", async () => {
  const provider = providerFor(inject("serverUrl"));
  const wanted = wantedBy("swept-copy");
  const database = await provider.acquire(wanted, listening());
  if (database.kind === "refusal") throw new Error(database.text);
  const copy = await database.copy?.(new AbortController().signal);
  const name = new URL(copy?.url ?? "").pathname.slice(1);
  const ours = async () => (await provider.list(listening())).filter(({ tag }) => tag?.run === wanted.run.key);
  const closed = { repository: undefined, pullRequests: new Set<number>(), refs: new Set<string>() };
  const policy = { now: new Date(), repository: undefined, owner: undefined, olderThanMs: undefined, idleMs: 0, baseTtlMs: 1, closed };
  try {
    const running = await ours();
    expect(running.find(({ id }) => id.endsWith(name))).toMatchObject({ broken: false });
    expect(plan(running, policy).delete).toEqual([]);
    const used = await createRestrictedRole(inject("serverUrl"), new AbortController().signal);
    // A killed process holds no lock for its role, which owns objects of its copy.
    await admin("create role offshoot_restricted_killed login");
    await withSession(copy?.url ?? "", (session) =>
      session.query("create table owned (); alter table owned owner to offshoot_restricted_killed"),
    );
    await admin(
      `select pg_terminate_backend(pid, 5000) from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory' and objid = hashtext('database ${name}')::oid`,
    );
    const decide = (all: readonly Listed[]) =>
      plan(
        all.filter(({ tag }) => tag?.run === wanted.run.key),
        policy,
      );
    const swept = await apply([provider], decide(await ours()), decide, listening());
    expect(swept).toMatchObject({ deleted: [{ listed: { id: expect.stringContaining(name) } }], failed: [] });
    expect((await ours()).map(({ id }) => id)).toEqual([database.id]);
    const roles = await admin("select rolname from pg_roles where rolname in ('offshoot_restricted_killed', '" + (used?.name ?? "") + "')");
    expect(roles).toEqual([{ rolname: used?.name }]);
    await used?.drop();
    expect(await admin(`select from pg_roles where rolname = '${used?.name ?? ""}'`)).toEqual([]);
  } finally {
    await admin(`drop database if exists ${identifier(name)} with (force)`);
    await admin("drop role if exists offshoot_restricted_killed");
    await database[Symbol.asyncDispose]();
  }
});
