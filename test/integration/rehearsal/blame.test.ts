// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { RENDERERS } from "../../../src/findings/report/renderers.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

const START = `create schema app;
create table app.customer (id int primary key, email text, note text);
insert into app.customer select g, 'c' || g, 'n' from generate_series(1, 60000) g;
create table app.ord (id int primary key, customer_id int);
insert into app.ord select g, g from generate_series(1, 60000) g;
create table app.part (id int, at date) partition by range (at);
create table app.part_1 partition of app.part for values from ('2025-01-01') to ('2026-01-01');
create table app.noted (id int);
create function app.mk() returns void language plpgsql as $$ begin execute 'alter table app.' || 'ord add column mk int'; perform pg_sleep(0.5); end $$;
create function app.change_ord() returns trigger language plpgsql as $$ begin perform app.mk(); return new; end $$;
create trigger noted before insert on app.noted for each row execute function app.change_ord();
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
async function rehearse(...lines: readonly string[]): Promise<Rehearsal> {
  await project.write("migrations/002_change.sql", lines.map((line) => `${line};\n`).join(""));
  const { stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives"]);
  return JSON.parse(stdout) as Rehearsal;
}

type Finding = Rehearsal["findings"][number];
const about = ({ findings }: Rehearsal, code: Finding["code"], name: string): Finding | undefined =>
  findings.find((each) => each.code === code && each.object.name === name);

test("a lock of a later transaction of the same file is not blamed on an earlier transaction", SLOW, async () => {
  const result = await rehearse(
    "begin",
    "set local lock_timeout = '1s'",
    "alter table app.customer add column z int",
    "commit",
    "update app.customer set z = 1",
    "select pg_sleep(0.5)",
    "begin",
    "alter table app.customer alter column z set not null",
    "select pg_sleep(0.3)",
    "commit",
    "select pg_sleep(0.3)",
  );
  const found = about(result, "reads-blocked", "app.customer");
  expect(found).toMatchObject({
    at: { line: 8 },
    facts: { statement: "alter table app.customer alter column z set not null", during: expect.stringMatching(/pg_sleep\(\?\)$/) },
  });
  expect(JSON.stringify(found)).not.toContain("update");
  expect(result.tables.find(({ table }) => table === "app.customer")?.blockedReadsMs).toBeLessThan(550);
  // SET LOCAL ended with its transaction.
  expect(about(result, "lock-without-timeout", "app.customer")).toMatchObject({ at: { line: 8 } });
});

test("a statement in a transaction with a limit of its own needs none, also where an earlier one had no limit", SLOW, async () => {
  const result = await rehearse(
    "alter table app.customer alter column note set default 'x'",
    "commit",
    "begin",
    "set local lock_timeout = '1s'",
    "alter table app.ord add column a int",
    "select pg_sleep(0.4)",
    "commit",
    "begin",
    "alter table app.ord add column b int",
    "commit",
  );
  expect(about(result, "reads-blocked", "app.ord")).toMatchObject({ at: { line: 5 } });
});

const DYNAMIC = "do $$ begin execute 'alter table app.' || 'ord add column d1 int'; perform pg_sleep(0.5); end $$";

test.each([
  ["a DO block", DYNAMIC, "line 2: do ?"],
  ["a function", "select app.mk()", "line 2: select app.mk()"],
  ["a trigger", "insert into app.noted values (1)", "line 2: insert into app.noted values (?)"],
])("a lock that %s can have taken before is not blamed on a later statement alone", SLOW, async (_, code, named) => {
  const result = await rehearse("select 1", code, "alter table app.ord add column d2 int");
  const found = about(result, "reads-blocked", "app.ord");
  expect(found).toMatchObject({ at: { line: 3 }, facts: { perhaps: [named] } });
  expect(about(result, "lock-without-timeout", "app.ord")).toMatchObject({ facts: { perhaps: [named] } });
  const { stdout } = await project.offshoot(["rehearse", "--no-alternatives", "--report", "text"]);
  expect(stdout).toContain(named);
});

test.each(Object.keys(RENDERERS))("the other statement that can have taken the lock is in the report as %s", SLOW, async (format) => {
  await project.write("migrations/002_change.sql", `${DYNAMIC};\nalter table app.ord add column d2 int;\n`);
  const { stdout } = await project.offshoot(["rehearse", "--no-alternatives", "--report", format]);
  expect(stdout).toContain("line 1: do ?");
});

test("a change of a partitioned table is the cause of the locks of its partitions", SLOW, async () => {
  const result = await rehearse(
    "alter table app.part add column d1 int",
    "select pg_sleep(0.5)",
    "alter table app.part_1 alter column d1 set default 1",
  );
  const found = result.findings.find(({ code }) => code === "reads-blocked");
  expect(found).toMatchObject({ at: { line: 1 }, object: { name: "app.part" }, facts: { also: [expect.stringContaining("app.part_1")] } });
});

test("a new name of a partitioned table does not reach its partitions", SLOW, async () => {
  const result = await rehearse(
    "alter table app.part owner to current_user",
    "alter table app.part_1 add check (id > 0)",
    "select pg_sleep(0.4)",
  );
  expect(about(result, "reads-blocked", "app.part_1")).toMatchObject({ at: { line: 2 } });
});

test("rows are not said to be locked for longer than their table is in the same report", SLOW, async () => {
  const result = await rehearse(
    "update app.customer set note = 'x'",
    "select pg_sleep(1.5)",
    "commit",
    "begin",
    "select pg_sleep(1.5)",
    "delete from app.ord",
    "select pg_sleep(1.5)",
  );
  for (const name of ["app.customer", "app.ord"]) {
    const table = result.tables.find((each) => each.table === name);
    const held = about(result, "rows-locked", name)?.facts;
    const seconds = held !== undefined && "held" in held ? Number.parseFloat(held.held) : 0;
    expect({ name, seconds, isWithin: seconds * 1000 <= (table?.heldMs ?? 0) + 100 }).toMatchObject({ isWithin: true });
    expect(seconds).toBeGreaterThan(1.2);
    expect(seconds).toBeLessThan(3);
  }
});

test("of a new name and a rewrite in one file, the safer way of the rewrite is in the finding", SLOW, async () => {
  const result = await rehearse(
    "alter table app.customer rename to klient",
    "alter table app.klient add column z uuid default gen_random_uuid()",
    "select pg_sleep(0.4)",
  );
  expect(about(result, "reads-blocked", "app.customer")).toMatchObject({
    at: { line: 1 },
    facts: {
      advice: expect.stringContaining("For alter table app.klient add column z uuid default gen_random_uuid(): A default"),
      sql: ["alter table app.klient add column z uuid", expect.any(String), expect.any(String)],
    },
  });
});
