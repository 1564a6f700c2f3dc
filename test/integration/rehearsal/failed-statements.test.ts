// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { newDatabase } from "../../support/new-database.ts";
import { connect, withSession } from "../../support/session.ts";

let project: Project;

const START = `create schema app;
create table app.customer (id int primary key);
insert into app.customer select g from generate_series(1, 100) g;
create table app.ord (id int primary key, customer_id int);
insert into app.ord select g, g / 2 + 1 from generate_series(1, 100) g;
create table app.doc (id int primary key, body text);
alter table app.doc alter body set storage external;
insert into app.doc select g, repeat('x', 8000) from generate_series(1, 300) g;
create table app.big (id int, note text);
insert into app.big select g, repeat('x', 100) from generate_series(1, 300000) g;
analyze app.big;
`;

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_start.sql", START);
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
  await project.offshoot(["up", "--migrate"]);
}, 120_000);

afterAll(() => project.remove());

const SLOW = { timeout: 300_000 };

async function rehearse(sql: string, ...flags: readonly string[]): Promise<Rehearsal> {
  await project.write("migrations/002_change.sql", sql);
  const { stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives", ...flags]);
  return JSON.parse(stdout) as Rehearsal;
}

const UNIQUE = "create unique index concurrently one_customer on app.ord (customer_id)";

test(
  "an index that could not be built concurrently is named with the statement that drops it, which the server accepts",
  SLOW,
  async () => {
    const { findings } = await rehearse(`-- offshoot: no-transaction\n${UNIQUE};\n`);
    const [finding] = findings;
    expect(finding).toMatchObject({
      code: "fails-on-data",
      facts: { sql: ["drop index concurrently app.one_customer"], advice: expect.stringContaining("which is not valid") },
    });
    const { stdout } = await project.offshoot(["rehearse", "--no-alternatives"]);
    expect(stdout).toContain("after the failure: drop index concurrently app.one_customer;");
    // The judge is the server: the index is there and not valid, and the statement removes it.
    const url = await newDatabase("left_behind");
    await withSession(url, (session) => session.query(START));
    const session = await connect(url);
    await expect(session.query(UNIQUE)).rejects.toThrow("could not create unique index");
    const invalid = (): Promise<unknown> =>
      session.query("select indexrelid::regclass::text as name from pg_index where not indisvalid and indrelid = 'app.ord'::regclass");
    expect(await invalid()).toEqual([{ name: "app.one_customer" }]);
    await session.query("drop index concurrently app.one_customer");
    expect(await invalid()).toEqual([]);
    await session.close();
  },
);

test("a deferred constraint that fails at COMMIT is a mistake of the migration, with its name and the line of the rows", SLOW, async () => {
  const sql =
    "alter table app.ord add constraint own foreign key (customer_id) references app.customer deferrable initially deferred;\ninsert into app.ord values (1000, 99999);\n";
  const { findings } = await rehearse(sql);
  expect(findings.find(({ code }) => code === "migration-fails")).toMatchObject({
    object: { name: "002_change" },
    at: { file: "migrations/002_change.sql", line: 2 },
    facts: { sqlstate: "23503", advice: expect.stringContaining("rows that the migration wrote") },
  });
  expect(findings.map(({ code }) => code)).not.toContain("fails-on-data");
});

test("the size of a table has its long values", SLOW, async () => {
  const { tables, findings } = await rehearse("alter table app.doc alter column id type bigint;\n", "--set", "rehearse.rewrite=1MB");
  const doc = tables.find(({ table }) => table === "app.doc");
  expect(doc?.bytes).toBeGreaterThan(2_400_000);
  expect(doc?.bytesAfter).toBeGreaterThan(2_400_000);
  expect(findings.map(({ code }) => code)).toContain("table-rewritten");
});

test("whoever needs the long values of a table waits for a lock on its TOAST table", SLOW, async () => {
  const sql = `do $$ declare toast text; begin
  select reltoastrelid::regclass into toast from pg_class where oid = 'app.doc'::regclass;
  execute 'reindex table ' || toast;
  perform pg_sleep(1.5);
end $$;
`;
  const { tables, findings } = await rehearse(sql);
  expect(tables.find(({ table }) => table === "app.doc")?.blockedReadsMs).toBeGreaterThan(1200);
  expect(findings.find(({ code }) => code === "reads-blocked")).toMatchObject({ object: { name: "app.doc" } });
});

test("a scan by several workers is counted once", SLOW, async () => {
  const { tables } = await rehearse(
    "set max_parallel_maintenance_workers = 4;\nset min_parallel_table_scan_size = 0;\ncreate index on app.big (id);\n",
  );
  expect(tables.find(({ table }) => table === "app.big")).toMatchObject({ fullScans: 1 });
});

test("a temporary table with the name of another table is not this table", SLOW, async () => {
  const { tables, observation } = await rehearse(
    "create temp table ord as select 1 as id;\nalter table ord add column x int;\ndrop table ord;\n",
  );
  expect(tables.map(({ table }) => table)).not.toContain("app.ord");
  expect(observation.limits.join(" ")).not.toContain("app.ord");
});
