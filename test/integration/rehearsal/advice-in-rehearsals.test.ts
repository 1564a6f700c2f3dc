// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;
const SLOW = { timeout: 300_000 };

const START = `create table person (id int primary key, name text not null, nick text);
insert into person select g, 'name ' || g, 'n' || g from generate_series(1, 20000) g;
create table ev (id int, at date not null) partition by range (at);
create table ev_24 partition of ev for values from ('2024-01-01') to ('2025-01-01');
create table ev_rest partition of ev default;
create table ev_x (like ev);
insert into ev select g, '2024-02-01' from generate_series(1, 20000) g;
`;

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_start.sql", START);
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\nrehearse:\n  blockedReads: 300ms\n  blockedWrites: 300ms\n");
  await project.offshoot(["up", "--migrate"]);
}, 120_000);

afterAll(() => project.remove());

interface Advised {
  readonly code: string;
  readonly facts: { readonly statement?: string; readonly sql: readonly string[]; readonly measured?: string };
}

async function findings(sql: string): Promise<readonly Advised[]> {
  await project.write("migrations/002_change.sql", `${sql};\nselect pg_sleep(0.6);\n`);
  const { stdout } = await project.offshoot(["rehearse", "--json", "--literals"]);
  return (JSON.parse(stdout) as Rehearsal).findings as unknown as readonly Advised[];
}

test("the key that replaces another one is rehearsed, with the columns that can be NULL", SLOW, async () => {
  const found = await findings("alter table person drop constraint person_pkey, add primary key (id, nick)");
  const { facts } = found.find(({ code }) => code === "reads-blocked") ?? {};
  expect(facts?.measured).toMatch(/^for this statement alone: took /);
  expect(facts?.sql.slice(-2)).toEqual([
    "create unique index concurrently person_pkey_new on person (id, nick)",
    "alter table person drop constraint person_pkey, add constraint person_pkey primary key using index person_pkey_new",
  ]);
});

test("an earlier statement that drops the key is a part of the advice for the new one", SLOW, async () => {
  const found = await findings("alter table person drop constraint person_pkey;\nalter table person add primary key (id, name)");
  const sql = found.flatMap(({ facts }) => facts.sql);
  expect(sql).toContain(
    "alter table person drop constraint person_pkey, add constraint person_pkey primary key using index person_pkey_new",
  );
});

test("statements that fail in their rehearsal are not printed as the safer way", SLOW, async () => {
  const found = await findings("alter table ev detach partition ev_24");
  const measured = found.filter(({ facts }) => facts.measured !== undefined);
  expect(measured.length).toBeGreaterThan(0);
  for (const { facts } of measured) {
    expect(facts.sql).toEqual([]);
    expect(facts.measured).toMatch(
      /^the statements for it are not shown, because on a copy .* it failed: cannot detach partitions concurrently/,
    );
  }
});

/** The advised statements for an index on `ev`. */
const sqlOf = async (sql: string): Promise<readonly string[]> => {
  const all = (await findings(sql)).flatMap(({ facts }) => facts.sql);
  expect(all.some((each) => each.startsWith("create unique index evu on only ev"))).toBe(true);
  return all;
};

test("a partition that the migrations attach before has its index in the advice, and a later one has none", SLOW, async () => {
  const attach = "alter table ev attach partition ev_x for values from ('2030-01-01') to ('2031-01-01')";
  expect(await sqlOf(`${attach};\ncreate unique index evu on ev (id, at)`)).toContain(
    "create unique index concurrently ev_x_id_at_idx on public.ev_x (id, at)",
  );
  expect((await sqlOf(`create unique index evu on ev (id, at);\n${attach}`)).filter((each) => each.includes("ev_x"))).toEqual([]);
});
