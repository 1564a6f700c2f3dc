import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { NORMALISATIONS } from "../../../src/drift/normalise/normalisations.ts";
import { withSession } from "../../support/session.ts";
import { databaseUrl, onCopy, prepareTemplate } from "../../mutation/template.ts";
import { describeChange } from "../../mutation/expected-change.ts";
import { diverseSql } from "../../support/diverse.ts";
import { findMajor } from "../../support/majors.ts";
import { findPeer } from "../../support/peers.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { skipThisTest } from "../../support/require.ts";

const run = promisify(execFile);
const OUTBOX = new URL("../../../examples/outbox/migrations/", import.meta.url).pathname;

/** All changes, including comments and grants, with only these normalisations. */
function changesBetween(expected: Catalog, actual: Catalog, wanted: readonly (keyof typeof NORMALISATIONS)[]): readonly string[] {
  const switches = Object.fromEntries(Object.keys(NORMALISATIONS).map((name) => [name, wanted.some((each) => each === name)]));
  return compareCatalogs(expected, actual, switches).map(describeChange);
}

function catalogAt(url: string): Promise<Catalog> {
  return withSession(url, (session) => readCatalog(session));
}

/** Each creates a schema in an empty database. */
const SCHEMAS: Readonly<Record<string, (url: string) => Promise<void>>> = {
  async diverse(url) {
    const more = await readFile(new URL("../../fixtures/diverse-more.sql", import.meta.url), "utf8");
    await withSession(url, async (session) => {
      await session.query(`set role diverse_owner; ${await diverseSql()}`);
      await session.query(`reset role; ${more}`);
    });
  },
  async outbox(url) {
    const files = (await readdir(OUTBOX)).toSorted();
    const texts = await Promise.all(files.map((file) => readFile(join(OUTBOX, file), "utf8")));
    await withSession(url, async (session) => {
      // The files of node-pg-migrate contain the rollback too.
      for (const text of texts) await session.query(text.split("-- Down Migration")[0] ?? "");
    });
  },
  async unleash(url) {
    const migrations = findPeer("unleash") ?? "";
    const modules = dirname(dirname(dirname(migrations)));
    const args = [join(modules, ".bin/db-migrate"), "up", "--migrations-dir", migrations];
    await run(process.execPath, args, {
      cwd: dirname(modules),
      env: { ...process.env, DATABASE_URL: url },
    });
  },
};

const schemas = Object.keys(SCHEMAS).filter((name) => name !== "unleash" || findPeer("unleash") !== undefined);

describe("a schema is equal to itself", () => {
  const binaries = findMajor(15);
  let server: TestServer | undefined;

  beforeAll(async () => {
    const folder = await binaries;
    server = folder === undefined ? undefined : await startServer({}, { binaries: folder });
    if (server === undefined) return;
    await withSession(server.url, (session) =>
      session.query("create role diverse_owner login superuser password 'test'; create role diverse_reader login password 'test'"),
    );
    for (const name of schemas) await SCHEMAS[name]?.(await server.createDatabase(name));
  });

  afterAll(() => server?.stop());

  test.each(schemas)("after a second run of the same migrations: %s", async (name) => {
    if (server === undefined) return skipThisTest();
    const again = await server.createDatabase(`${name}_again`);
    await SCHEMAS[name]?.(again);
    expect(changesBetween(await catalogAt(databaseUrl(server.url, name)), await catalogAt(again), ["frozenTimes"])).toEqual([]);
  });

  test.each(schemas)("after a copy from a template: %s", async (name) => {
    if (server === undefined) return skipThisTest();
    const catalog = await catalogAt(databaseUrl(server.url, name));
    const copied = await onCopy(server.url, name, `${name}_copy`, catalogAt);
    expect(changesBetween(catalog, copied, [])).toEqual([]);
  });

  test.each(schemas)("after a dump and restore: %s", async (name) => {
    const folder = await binaries;
    if (server === undefined || folder === undefined) return skipThisTest();
    const url = databaseUrl(server.url, name);
    const dump = join(tmpdir(), `offshoot-test-${process.pid}-${name}.sql`);
    await writeFile(dump, (await run(join(folder, "pg_dump"), [url], { maxBuffer: 1e9 })).stdout);
    const restored = await server.createDatabase(`${name}_restored`);
    await run(join(folder, "psql"), ["-qX", "-v", "ON_ERROR_STOP=1", "-f", dump, restored]);
    expect(changesBetween(await catalogAt(url), await catalogAt(restored), ["restoredLists"])).toEqual([]);
  });
});

const templates = new Map<number, Promise<Catalog | undefined>>();

/** The catalog of the mutations' schema on one major; undefined where that major is not installed. */
function templateOf(major: number): Promise<Catalog | undefined> {
  const read = async (): Promise<Catalog | undefined> => {
    const binaries = await findMajor(major);
    return binaries === undefined ? undefined : (await prepareTemplate((await sharedServer(binaries)).url)).catalog;
  };
  const known = templates.get(major) ?? read();
  templates.set(major, known);
  return known;
}

describe.each([15, 16, 17])("PostgreSQL %i compared with 18", (major) => {
  test("differs only in the known points", { timeout: 120_000, tags: "proof" }, async () => {
    const [older, newer] = [await templateOf(major), await templateOf(18)];
    if (older === undefined || newer === undefined) return skipThisTest();
    expect(changesBetween(older, newer, ["postgresVersion", "extensionVersions"])).toEqual([]);
    expect(changesBetween(newer, older, ["postgresVersion", "extensionVersions"])).toEqual([]);
    const dialect = changesBetween(older, newer, ["extensionVersions"]);
    // PostgreSQL 18 is the first that records whether a child declares a NOT NULL that it inherits.
    const known =
      /^different (?:view|materialized view|rule) [^:]*: definition: |^different grant .*=MAINTAIN|: own not null: none expected, yes found$/;
    expect(dialect.filter((line) => !known.test(line))).toEqual([]);
  });
});
