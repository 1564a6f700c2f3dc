import { describe, expect, test } from "vitest";
import type { UrlStyle } from "../../../src/action/create-branch-inputs.ts";
import { actionOutputs } from "../../../src/action/outputs.ts";
import type { DirectUrl } from "../../../src/postgres/url.ts";
import type { UpResult } from "../../../src/commands/up.ts";

const SEARCH = "?sslmode=require&channel_binding=require";

function result(database: Partial<UpResult["database"]>): UpResult {
  return {
    database: {
      kind: "database",
      clones: { kind: "refusal", provider: "neon", code: "none", text: "none", mayFallBack: false },
      clone: () => Promise.reject(new Error("not used")),
      provider: "neon",
      id: "br-wild-sun-1",
      name: "offshoot/acme/shop/42",
      url: `postgresql://anna:s%23cret@ep-1-pooler.eu.neon.tech/neondb${SEARCH}`,
      directUrl: `postgresql://anna:s%23cret@ep-1.eu.neon.tech/neondb${SEARCH}` as DirectUrl,
      origin: "created",
      expiresAt: new Date("2026-11-01T14:00:00Z"),
      postgresMajor: 17,
      tag: {
        tool: "offshoot",
        repository: "acme/shop",
        run: "42",
        created: "2026-11-01T12:00:00Z",
        expires: undefined,
        kind: "run",
        ref: undefined,
        pullRequest: undefined,
        fingerprint: undefined,
      },
      base: undefined,
      [Symbol.asyncDispose]: async () => {},
      ...database,
    },
    created: true,
    readyMs: 812,
    refusals: [],
  };
}

const STYLE: UrlStyle = { prisma: false, ssl: "require" };
const NONE = { auth: undefined, dataApi: undefined };

test("the URLs of services and the page of the branch are outputs", () => {
  const consoleUrl = "https://console.neon.tech/app/projects/p/branches/br-wild-sun-1";
  const services = { auth: "https://auth.example", dataApi: "https://data.example" };
  expect(actionOutputs(result({ consoleUrl }), STYLE, services).facts).toMatchObject({
    auth_url: "https://auth.example",
    data_api_url: "https://data.example",
    console_url: consoleUrl,
  });
});

test("a Neon branch has all outputs of create-branch-action under the same names, and further ones", () => {
  expect(actionOutputs(result({}), STYLE, NONE)).toEqual({
    facts: {
      db_url: "postgresql://anna:s%23cret@ep-1.eu.neon.tech/neondb?sslmode=require",
      db_url_pooled: "postgresql://anna:s%23cret@ep-1-pooler.eu.neon.tech/neondb?sslmode=require",
      db_host: "ep-1.eu.neon.tech",
      db_host_pooled: "ep-1-pooler.eu.neon.tech",
      password: "s#cret",
      branch_id: "br-wild-sun-1",
      console_url: "",
      auth_url: "",
      data_api_url: "",
      created: "true",
      provider: "neon",
      use_neon: "true",
      database_id: "br-wild-sun-1",
      database_name: "offshoot/acme/shop/42",
      run_key: "42",
      expires_at: "2026-11-01T14:00:00.000Z",
      ready_ms: "812",
    },
    secrets: [
      "postgresql://anna:s%23cret@ep-1.eu.neon.tech/neondb?sslmode=require",
      "postgresql://anna:s%23cret@ep-1-pooler.eu.neon.tech/neondb?sslmode=require",
    ],
  });
});

describe("the URLs of a Neon branch", () => {
  test.each<[UrlStyle, string, string]>([
    [{ prisma: false, ssl: "omit" }, "", ""],
    [{ prisma: false, ssl: "verify-full" }, "?sslmode=verify-full", "?sslmode=verify-full"],
    [
      { prisma: true, ssl: "require" },
      "?connect_timeout=30&sslmode=require",
      "?connect_timeout=30&pool_timeout=30&pgbouncer=true&sslmode=require",
    ],
  ])("with %j they have the parameters of create-branch-action in the same order", (style, direct, pooled) => {
    const { db_url, db_url_pooled } = actionOutputs(result({}), style, NONE).facts;
    expect([new URL(db_url ?? "").search, new URL(db_url_pooled ?? "").search]).toEqual([direct, pooled]);
  });
});

describe("a local database", () => {
  const local = result({
    provider: "embedded",
    id: "postgres-18/offshoot_42",
    url: "postgresql://offshoot:secret@127.0.0.1:5433/offshoot_42",
    directUrl: "postgresql://offshoot:secret@127.0.0.1:5433/offshoot_42" as DirectUrl,
  });

  test("has no branch id, and its URL has no TLS parameter", () => {
    expect(actionOutputs(local, STYLE, NONE).facts).toMatchObject({
      branch_id: "",
      use_neon: "false",
      database_id: "postgres-18/offshoot_42",
      db_url: "postgresql://offshoot:secret@127.0.0.1:5433/offshoot_42",
      db_url_pooled: "postgresql://offshoot:secret@127.0.0.1:5433/offshoot_42",
    });
  });

  test("has no pooler parameters for Prisma", () => {
    expect(new URL(actionOutputs(local, { prisma: true, ssl: "require" }, NONE).facts["db_url_pooled"] ?? "").search).toBe(
      "?connect_timeout=30",
    );
  });
});

test("a URL without a password is not a secret", () => {
  const trusted = "postgresql://postgres@localhost:5432/offshoot_42" as DirectUrl;
  expect(actionOutputs(result({ provider: "existing", url: trusted, directUrl: trusted }), STYLE, NONE).secrets).toEqual([]);
});
