import { beforeAll, describe, expect, inject, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { connect, withSession, type Session } from "../../support/session.ts";

const NOW = new Date("2026-06-15T12:00:00Z");

let session: Session;

beforeAll(async () => {
  const url = new URL(inject("serverUrl"));
  await withSession(url.href, (admin) => admin.query("create database audited"));
  await withSession(url.href, (admin) => admin.query("create role audit_reader login password 'test'"));
  url.pathname = "/audited";
  await withSession(url.href, async (owner) => {
    await owner.query("create table alembic_version (version_num varchar(32) primary key)");
    await owner.query("insert into alembic_version values ('0034'), ('0035')");
    await owner.query("grant select on alembic_version to audit_reader");
    await owner.query("create table secret_version (id integer primary key)");
    await owner.query("create table doubled (key serial primary key, id integer)");
    await owner.query("insert into doubled (id) values (1), (1)");
    // A failed concurrent build leaves an invalid index.
    await owner.query("create unique index concurrently doubled_id on doubled (id)").catch(() => {});
  });
  url.username = "audit_reader";
  session = await connect(url.href);
  return () => session.close();
});

async function findingsOf(specText?: string): Promise<unknown[]> {
  const { findings } = await auditDatabase({ session, spec: specText === undefined ? undefined : parseSpec(specText, "s.yaml"), now: NOW });
  return findings.map(({ code, object, facts }) => [code, object.name, facts]);
}

const invalid = ["index-invalid", "public.doubled_id", { definition: "CREATE UNIQUE INDEX doubled_id ON public.doubled USING btree (id)" }];

const several = ["version-several", "public.alembic_version", { column: "version_num", values: ["0034", "0035"] }];

test("the built-in rules need no spec: they find a failed concurrent build and a second head", async () => {
  expect(await findingsOf()).toEqual([invalid, several]);
});

describe("the version table of a migration tool", () => {
  test.each([
    ["can hold exactly the heads", "{ column: version_num, equals: [0035, 0034] }", []],
    [
      "must not hold more than the head",
      "{ column: version_num, equals: [0035] }",
      ["version-different", { column: "version_num", lacking: [], surplus: ["0034"] }],
    ],
    [
      "must hold the head",
      "{ column: version_num, contains: [0036] }",
      ["version-different", { column: "version_num", lacking: ["0036"], surplus: [] }],
    ],
    [
      "is unreadable without the column",
      "{ column: version, equals: [1] }",
      ["version-unreadable", { column: "version", why: "no such column" }],
    ],
  ])("%s", async (_, rule, [code, facts]) => {
    const versions = code === undefined ? [] : [[code, "public.alembic_version", facts]];
    expect(await findingsOf(`version: 1\nmigrations: { alembic_version: ${rule} }`)).toEqual([...versions, invalid]);
  });

  test.each([
    ["missing_table", "no such table"],
    ["nowhere.version", "no such table"],
    ["secret_version", "permission denied"],
  ])("is reported as unreadable: %s", async (table, why) => {
    const findings = await findingsOf(`version: 1\nmigrations: { ${table}: { column: id, equals: [1] } }`);
    expect(findings).toContainEqual(["version-unreadable", table.includes(".") ? table : `public.${table}`, { column: "id", why }]);
  });
});
