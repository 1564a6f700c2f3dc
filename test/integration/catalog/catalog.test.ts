import { beforeAll, describe, expect, inject, test } from "vitest";
import type { Catalog, ContentKind } from "../../../src/catalog/catalog.ts";
import { OBJECT_QUERIES } from "../../../src/catalog/query.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { applyRules } from "../../../src/audit/apply-rules.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { writeSpec } from "../../../src/audit/spec-writer/write.ts";
import { withSession } from "../../support/session.ts";
import { diverseDatabase } from "../../support/diverse.ts";
import { otherMajors } from "../../support/majors.ts";
import { type SharedServer, sharedServer } from "../../support/shared-server.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
const KINDS = Object.keys(OBJECT_QUERIES) as ContentKind[];

const read = (url: string, schemas?: readonly string[]): Promise<Catalog> =>
  withSession(url, (session) => readCatalog(session, { schemas }));

const find = (catalog: Catalog, kind: ContentKind, id: string): unknown => catalog[kind].find((object) => object.id === id);

const onServer = (folder: string): void => {
  const binaries = folder === "" ? undefined : folder;
  let server: SharedServer | undefined;
  let urls: Awaited<ReturnType<typeof diverseDatabase>>;
  let catalog: Catalog;

  beforeAll(async () => {
    if (binaries !== undefined) server = await sharedServer(binaries);
    urls = await diverseDatabase(server?.url ?? inject("serverUrl"), "catalog");
    catalog = await read(urls.owner);
  });

  test("has objects of every kind that an ordinary role can create, and more than 100 objects", () => {
    const sizes = KINDS.map((kind) => [kind, catalog[kind].length] as const);
    expect(sizes.filter(([, size]) => size === 0).map(([kind]) => kind)).toEqual([
      "operatorFamilies",
      "operatorClasses",
      "eventTriggers",
      "foreignServers",
    ]);
    expect(sizes.reduce((sum, [, size]) => sum + size, 0)).toBeGreaterThan(100);
  });

  test("is the same for a role without rights", async () => {
    expect(await read(urls.reader)).toEqual(catalog);
  });

  test("does not contain the objects of extensions and the schema offshoot", () => {
    const text = JSON.stringify(catalog);
    expect(text).not.toMatch(/offshoot|gbt_|citext_eq/);
    expect(catalog.extensions.map(({ name }) => name)).toEqual(["btree_gist", "citext"]);
  });

  test("contains only the selected schemas", async () => {
    const billing = await read(urls.reader, ["billing"]);
    expect(billing.schemas.map(({ name }) => name)).toEqual(["billing"]);
    expect(billing.tables.map(({ id }) => id)).toEqual(["billing.invoices", "billing.lines"]);
    expect(billing.comments.map(({ id }) => id)).toEqual(["schema billing"]);
    expect(billing.routines).toEqual([]);
  });

  test("does not change the settings of the session, and does not depend on them", async () => {
    const settings =
      "select current_setting('search_path') as path, current_setting('TimeZone') as zone, current_setting('transaction_read_only') as ro";
    const { before, after, found } = await withSession(urls.owner, async (session) => {
      await session.query("set search_path to app, billing, public");
      await session.query("set timezone to 'Asia/Kathmandu'");
      await session.query("set quote_all_identifiers to on");
      const [first] = await session.query(settings);
      const inside = await readCatalog(session);
      const [second] = await session.query(settings);
      return { before: first, after: second, found: inside };
    });
    expect(after).toEqual(before);
    expect(found).toEqual(catalog);
  });

  test("fulfils the spec that is written from it, and has only findings of the built-in rules", () => {
    const findings = applyRules(catalog, parseSpec(writeSpec(catalog), "schema.audit.yaml"), { now: NOW });
    // The rest are findings of built-in rules, which a spec cannot describe.
    expect(findings.map(({ code, object }) => `${code} ${object.name}`).toSorted()).toEqual([
      "constraint-not-validated app.members.members_role_check",
      "foreign-key-unindexed app.members.members_user_id_fkey",
      "foreign-key-unindexed app.teams.teams_parent_fkey",
      'table-without-primary-key "Odd Name"."Select"',
      "table-without-primary-key app.base",
      "table-without-primary-key app.derived",
    ]);
  });

  test("has the properties of a table", () => {
    const users = catalog.tables.find(({ id }) => id === "app.users");
    expect(users).toMatchObject({ kind: "table", rowSecurity: "on", persistence: "permanent" });
    expect(users?.columns.find(({ name }) => name === "name")).toEqual({
      name: "name",
      type: "text",
      nullable: false,
      default: "'nobody'::text",
      collation: 'pg_catalog."C"',
      statistics: 300,
    });
    expect(users?.columns.find(({ name }) => name === "id")).toEqual({ name: "id", type: "bigint", nullable: false, identity: "always" });
    expect(users?.columns.find(({ name }) => name === "short_name")).toMatchObject({ generated: "lower(name)" });
    expect(catalog.tables.find(({ id }) => id === "app.events")).toMatchObject({ kind: "partitioned table", partitionKey: "RANGE (at)" });
    expect(catalog.tables.find(({ id }) => id === "app.events_rest")).toMatchObject({
      partitionBound: "DEFAULT",
      inherits: ["app.events"],
    });
    expect(catalog.tables.find(({ id }) => id === '"Odd Name"."Select"')?.columns.map(({ name }) => name)).toEqual([
      "from",
      "WHERE Clause",
    ]);
  });

  test("has the same statement for each index as Postgres", async () => {
    const special = [
      `create table app."Odd one" (id int primary key, "Some name" text collate "C" unique, n int constraint "Its n" unique deferrable)`,
      "create table app.filled (id int primary key with (fillfactor = 50), a int, b int, unique (a, b), unique (b) include (a))",
      "create table app.excluded (a int, exclude using btree (a with =))",
      "create table app.parted (id int primary key) partition by range (id)",
      "create table app.part partition of app.parted default",
      "create table app.promoted (a text)",
      "create unique index promoted_a on app.promoted (a)",
      "alter table app.promoted add constraint promoted_key unique using index promoted_a",
      "create unique index on app.promoted (a text_pattern_ops desc)",
      ...(catalog.server.major < 15 ? [] : ["create table app.nulls (a int unique nulls not distinct, b int unique)"]),
    ];
    const { actual, expected } = await withSession(urls.owner, async (session) => {
      await session.query(`begin; set local search_path to app; ${special.join(";")}`);
      const { indexes } = await readCatalog(session);
      const rows = await session.query(`
        select format('%I.%I', n.nspname, c.relname) as id, pg_get_indexdef(c.oid) as definition
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('i', 'I') and n.nspname !~ '^(pg_|offshoot)' order by 1`);
      await session.query("rollback");
      return { actual: indexes.map(({ id, definition }) => ({ id, definition })), expected: rows };
    });
    expect(actual).toEqual(expected);
    expect(actual.length).toBeGreaterThan(catalog.indexes.length + 10);
  });

  test("has the default of a domain with schemas, also when the domain was created with another search path", async () => {
    const found = await withSession(urls.owner, async (session) => {
      await session.query("begin; set local search_path to app; create function one() returns int language sql as 'select 1'");
      await session.query("create domain counted as int default one()");
      const { domains } = await readCatalog(session);
      await session.query("rollback");
      return domains.find(({ id }) => id === "app.counted");
    });
    expect(found?.default).toBe("app.one()");
  });

  test("identifies overloads by their argument types", () => {
    expect(catalog.routines.map(({ id }) => id).filter((id) => id.startsWith("app.total"))).toEqual([
      "app.total(bigint)",
      "app.total(bigint, timestamp with time zone)",
    ]);
  });

  test("has the constraint or parent of an index, the column of a sequence, and the columns of a foreign key", () => {
    expect(find(catalog, "indexes", "app.users_pkey")).toMatchObject({ constraint: "users_pkey", unique: true, keys: ["id"] });
    expect(find(catalog, "indexes", "app.events_2025_body_idx")).toMatchObject({ parent: "app.events_body" });
    expect(find(catalog, "sequences", "app.users_id_seq")).toMatchObject({ identity: true, ownedBy: "app.users.id" });
    expect(find(catalog, "constraints", "app.teams.teams_parent_fkey")).toMatchObject({
      type: "foreign key",
      deferrable: true,
      deferred: true,
      references: { table: "app.teams", columns: ["id"] },
    });
  });
};

describe("a catalog of the newest Postgres", () => {
  onServer("");
});

describe.each(await otherMajors())("a catalog of the Postgres in the folder %s", { tags: "proof" }, (folder) => {
  onServer(folder);
});
