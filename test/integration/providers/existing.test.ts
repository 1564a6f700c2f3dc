import { randomBytes } from "node:crypto";
import { describe, expect, inject, test } from "vitest";
import { withSession } from "../../../src/postgres/connect.ts";
import { identifier } from "../../../src/postgres/identifier.ts";
import { existingProvider } from "../../../src/providers/existing.ts";
import { toDatabase } from "../../../src/providers/local/names.ts";
import type { Database, Provider, Refusal } from "../../../src/providers/provider.ts";
import { freePort } from "../../support/server.ts";
import { listening, wantedBy } from "./asking.ts";
import { testBases } from "./bases.ts";
import { testContract } from "./contract.ts";

const admin = (sql: string): Promise<unknown> => withSession(inject("serverUrl"), (session) => session.query(sql));
const providerFor = (url: string | undefined): Provider => existingProvider({ url, baseTtlMs: 86_400_000 });

/** An ordinary role that may create databases: what a service container's user is at the least. */
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

async function squat(name: string): Promise<() => Promise<void>> {
  await admin(`create database ${identifier(toDatabase(name))}`);
  return async () => void (await admin(`drop database ${identifier(toDatabase(name))}`));
}

describe("existing", () => {
  testContract(async () => {
    const url = await creatorUrl();
    return { make: () => providerFor(url), squat };
  });
});
describe("bases of existing", () => {
  testBases(async () => providerFor(await creatorUrl()));
});

function answer(url: string | undefined): Promise<Database | Refusal> {
  return providerFor(url).acquire(wantedBy("refused"), listening());
}

describe("existing refuses", () => {
  test("without a URL", async () => {
    expect(await answer(undefined)).toMatchObject({ kind: "refusal", code: "no-url", mayFallBack: true });
  });

  test("where nobody listens", async () => {
    const refusal = await answer(`postgresql://u:secret@127.0.0.1:${await freePort()}/postgres`);
    expect(refusal).toMatchObject({ kind: "refusal", code: "unreachable", mayFallBack: true });
    expect(JSON.stringify(refusal)).not.toContain("secret");
  });

  test("for a role that may not create databases", async () => {
    expect(await answer(await makeRole("nocreatedb"))).toMatchObject({ kind: "refusal", code: "no-createdb", mayFallBack: true });
  });

  test("with a wrong password, which no fallback may hide", async () => {
    const url = new URL(await creatorUrl());
    url.password = "wrong";
    expect(await answer(url.href)).toMatchObject({ kind: "refusal", code: "rejected", mayFallBack: false });
  });

  test("and says at once that a URL is none", () => {
    expect(() => providerFor("mysql://u:secret@h/d")).toThrow(expect.objectContaining({ code: "URL_INVALID" }));
  });
});
