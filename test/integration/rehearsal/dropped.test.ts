// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

const START = `create schema app;
create schema old;
create table app.item (id int primary key, qty int);
insert into app.item select g, g from generate_series(1, 20000) g;
create materialized view app.mv as select qty % 10 as k, count(*) as n from app.item group by 1;
create view app.v as select id from app.item;
create table app.unused (id int);
create table app.unused_2 (id int);
insert into app.unused values (1);
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

/** Rehearses one pending migration on a copy of the run's database, with one statement a line. */
async function rehearse(lines: readonly string[], ...flags: readonly string[]): Promise<Rehearsal> {
  await project.write("migrations/002_change.sql", lines.map((line) => `${line};\n`).join(""));
  const { stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives", ...flags]);
  return JSON.parse(stdout) as Rehearsal;
}

type Finding = Rehearsal["findings"][number];
const blocked = ({ findings }: Rehearsal, name: string): Finding | undefined =>
  findings.find(({ code, object }) => code === "reads-blocked" && object.name === name);

/** Takes long enough for a finding. */
const LONG = "select pg_sleep(0.6)";

test.each([
  [
    "a materialized view that is created again",
    "app.mv",
    [
      "drop materialized view app.mv",
      "create materialized view app.mv as select qty % 10 as k, count(*) as n from app.item, pg_sleep(0.6) group by 1",
    ],
  ],
  ["a view that is created again", "app.v", ["drop view app.v", LONG, "create view app.v as select 1 as id"]],
  [
    "a table that gets the contents of a new one",
    "app.item",
    [
      "create table app.item_new as select * from app.item",
      "drop table app.item cascade",
      "alter table app.item_new rename to item",
      LONG,
      "create index on app.item (qty)",
    ],
  ],
  ["a table that becomes a view", "app.unused", ["drop table app.unused", LONG, "create view app.unused as select 1 as id"]],
  [
    "a table that was renamed away",
    "app.unused",
    ["alter table app.unused rename to unused_old", LONG, "create table app.unused (id int)"],
  ],
  ["a table that was moved away", "app.unused", ["alter table app.unused set schema old", LONG, "create table app.unused (id int)"]],
])("readers of %s wait and continue, so their wait is a finding", SLOW, async (which, name, lines) => {
  const found = blocked(await rehearse(lines), name);
  const replaced = {
    statement: expect.stringMatching(/^drop /),
    advice: expect.stringMatching(/^Build the new one under another name first/),
  };
  const facts = which.endsWith("away") ? {} : replaced;
  expect(found).toMatchObject({ severity: "error", facts: { ...facts, lock: "ACCESS EXCLUSIVE" } });
});

test("a dropped table is a finding if later statements of its transaction hold the lock", SLOW, async () => {
  const found = blocked(await rehearse(["drop table app.unused", LONG, "create table app.other (id int)"]), "app.unused");
  expect(found).toMatchObject({
    at: { file: "migrations/002_change.sql", line: 1 },
    facts: {
      statement: "drop table app.unused",
      during: expect.stringContaining("pg_sleep"),
      advice: expect.stringContaining("of their own"),
    },
  });
});

test.each([
  ["is dropped alone", ["drop table app.unused"]],
  ["is dropped with others", ["drop table app.unused", "drop table app.unused_2", "drop view app.v"]],
  ["is dropped last", ["create table app.other (id int)", LONG, "drop table app.unused"]],
  [
    "is dropped in another transaction than a long statement",
    ["do $$ begin perform pg_sleep(0.4); end $$", "commit", "begin", "drop table app.unused"],
  ],
])("a table that %s is not a finding", SLOW, async (_, lines) => {
  const result = await rehearse(lines);
  expect(result.tables.find(({ table }) => table === "app.unused")).toMatchObject({ dropped: true });
  expect(blocked(result, "app.unused")).toBeUndefined();
});

test("many short statements after the one that took the lock are named as a group", SLOW, async () => {
  // A program that sends them one by one, as a loop in a migration in another language does.
  await project.write(
    "send.mjs",
    `import pg from ${JSON.stringify(import.meta.resolve("pg"))};
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query("begin");
await client.query("alter table app.item add column isbn text");
for (let id = 1; id <= 1500; id += 1) await client.query("update app.item set isbn = 'x' where id = $1", [id]);
await client.query("commit");
await client.end();
`,
  );
  const { stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives", "--", "node", "send.mjs"]);
  const result = JSON.parse(stdout) as Rehearsal;
  const found = blocked(result, "app.item");
  expect(found?.facts).toMatchObject({
    statement: "alter table app.item add column isbn text",
    during: expect.stringMatching(/^1,\d{3} further statements of the same transaction \(\d/),
    advice: expect.stringMatching(/^End the transaction before/),
  });
});
