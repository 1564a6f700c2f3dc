// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

/** One migration for each verdict, with its rollback if it has one. */
const MIGRATIONS: Readonly<Record<string, readonly [up: string, down?: string]>> = {
  "001_good": ["create table a (id int primary key, b text, c text)", "drop table a"],
  "002_order": ["alter table a drop column b", "alter table a add column b text"],
  "003_lossy": ["create index a_c on a (c); create table if not exists kept (id int)", "drop index a_c"],
  "004_rows": [
    "create table seeds (id serial primary key, note text); insert into seeds (note) values ('one'), ('two')",
    "drop table seeds",
  ],
  "005_data": ["alter table seeds add column more text", "alter table seeds drop column more; delete from seeds where id = 2"],
  "006_fails": ["create view v as select 1 as one", "drop table v"],
  "0061_counted": [
    "create table counted (id serial, v int constraint counted_v_check check (v > 0), constraint three check ((v > 0 and v < 9) and v <> 5))",
    "drop table counted",
  ],
  "0062_constraint_name": [
    "alter table counted drop constraint if exists counted_v_check, drop constraint if exists counted_v_check1",
    "alter table counted add constraint counted_v_check1 check (v > 0)",
  ],
  "0063_sequence_name": [
    "alter table counted drop column id",
    `alter table counted add column id integer not null;
     create sequence counted_id_seq1 as integer owned by counted.id;
     alter table counted alter id set default nextval('counted_id_seq1')`,
  ],
  "0064_condition": [
    "alter table counted drop constraint three",
    "alter table counted add constraint three check (v > 0 and (v < 9 and v <> 5))",
  ],
  "007_once": ["create table once_only (id int); create type left_over as enum ('a'); insert into a values (7)", "drop table once_only"],
  "008_random": [
    "do $$ begin execute format('create table random_%s (id int)', floor(random() * 1e9)::bigint); end $$",
    "do $$ declare t record; begin for t in select tablename from pg_tables where tablename like 'random_%' loop execute format('drop table %I', t.tablename); end loop; end $$",
  ],
  "009_no_rollback": ["create table forever (id int)"],
  "010_declared": ["create table surplus (id int)", "drop table nothing_like_it"],
};

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  for (const [name, [up, down]] of Object.entries(MIGRATIONS)) {
    await project.write(`migrations/${name}.sql`, `${up};\n`);
    if (down !== undefined) await project.write(`migrations/${name}.down.sql`, `${down};\n`);
  }
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\n  irreversible: [010_declared]\n");
});

afterAll(() => project.remove());

interface Printed {
  readonly steps: readonly {
    readonly step: string;
    readonly verdict: string;
    readonly lost: readonly { readonly change: string; readonly object: string }[];
    readonly rows: readonly object[];
    readonly error: string | null;
  }[];
  readonly counts: Readonly<Record<string, number>>;
}

test("gives each migration its verdict, and lists what its rollback loses", { timeout: 120_000 }, async () => {
  const { stdout, code } = await project.offshoot(["rollback-check", "--json"]);
  expect(code).toBe(10);
  const { steps, counts } = JSON.parse(stdout) as Printed;
  expect(Object.fromEntries(steps.map(({ step, verdict }) => [step, verdict]))).toEqual({
    "001_good": "identical",
    "002_order": "column-order",
    "003_lossy": "lossy",
    "004_rows": "identical",
    "005_data": "lossy",
    "006_fails": "down-error",
    "0061_counted": "identical",
    "0062_constraint_name": "generated-names",
    "0063_sequence_name": "generated-names",
    "0064_condition": "identical",
    "007_once": "not-repeatable",
    "008_random": "nondeterministic",
    "009_no_rollback": "irreversible-declared",
    "010_declared": "irreversible-declared",
  });
  expect(counts).toMatchObject({ identical: 4, lossy: 2, "irreversible-declared": 2 });
  const named = (name: string) => steps.find(({ step }) => step === name);
  expect(named("003_lossy")?.lost.map(({ change, object }) => `${change} ${object}`)).toEqual(["extra public.kept"]);
  expect(named("0063_sequence_name")?.lost.map(({ change, object }) => `${change} ${object}`)).toEqual(
    expect.arrayContaining(["missing public.counted_id_seq", "extra public.counted_id_seq1"]),
  );
  expect(named("005_data")?.rows).toEqual([{ table: "public.seeds", before: 2, after: 1 }]);
  expect(named("006_fails")?.error).toContain('"v" is not a table');
  expect(JSON.parse((await project.offshoot(["list", "--json", "--all"])).stdout)).toEqual([]);
});

test("lists what is left over of a migration that cannot run again", { timeout: 60_000 }, async () => {
  const { stdout } = await project.offshoot(["rollback-check", "--last", "4"]);
  expect(stdout).toMatch(/^not-repeatable {8}007_once\n {2}extra enum public\.left_over/);
});

test("checks only the newest migrations with --last, and prints the verdicts as text", { timeout: 60_000 }, async () => {
  const { stdout, code } = await project.offshoot(["rollback-check", "--last", "2"]);
  expect([code, stdout.split("\n").slice(0, 2)]).toEqual([
    0,
    ["irreversible-declared  009_no_rollback", "irreversible-declared  010_declared"],
  ]);
});

test(
  "a check that is killed leaves a database that is listed as ours, with its expiry, and that the next creation drops",
  { timeout: 120_000 },
  async () => {
    const killed = await makeProject();
    onTestFinished(() => killed.remove());
    await mkdir(join(killed.directory, "migrations"));
    await killed.write("migrations/001_slow.sql", "create table slow (id int); select pg_sleep(25);\n");
    await killed.write("migrations/001_slow.down.sql", "drop table slow;\n");
    await killed.write("offshoot.yaml", "migrations:\n  tool: sql\n");
    const listed = async (): Promise<readonly { owned: boolean; expiresAt: string | null }[]> =>
      JSON.parse((await killed.offshoot(["list", "--json", "--all"])).stdout) as { owned: boolean; expiresAt: string | null }[];
    const { child, finished } = killed.start(["rollback-check"]);
    await expect.poll(listed, { timeout: 60_000, interval: 500 }).not.toEqual([]);
    child.kill("SIGKILL");
    await finished;
    const left = await listed();
    expect(left.map(({ owned, expiresAt }) => [owned, Date.parse(expiresAt ?? "") > Date.now()])).toEqual([[true, true]]);
    // The next creation on the server drops it, long before it expires, when the statement that it ran has ended.
    const afterCreation = async (): Promise<readonly unknown[]> => {
      await killed.offshoot(["up"]);
      await killed.offshoot(["down"]);
      return listed();
    };
    await expect.poll(afterCreation, { timeout: 60_000, interval: 1000 }).toEqual([]);
  },
);

test("a migration that cannot be applied is not headed as a failed rollback, and the verdicts until then are shown", async () => {
  const other = await makeProject();
  onTestFinished(() => other.remove());
  await mkdir(join(other.directory, "migrations"));
  await other.write("migrations/001_good.sql", "create table good (id int);\n");
  await other.write("migrations/001_good.down.sql", "drop table good;\n");
  await other.write("migrations/002_wrong.sql", "alter table missing add column id int;\n");
  await other.write("offshoot.yaml", "migrations:\n  tool: sql\n");
  const { code, stderr } = await other.offshoot(["rollback-check"]);
  expect({ code, stderr }).toEqual({
    code: 11,
    stderr: expect.stringMatching(/^rollback failed: The migration 002_wrong could not be applied \(.*\)$/m),
  });
  expect(stderr).not.toContain("rollback failed: sql migrations");
  expect(stderr).toContain("Checked before it: 001_good identical.");
});

test("refuses a --last that is not a number, and a project without a migration tool", async () => {
  expect((await project.offshoot(["rollback-check", "--last", "many"])).code).toBe(2);
  const { code, stderr } = await project.offshoot(["rollback-check", "--set", "migrations.tool=none"]);
  expect(code).toBe(2);
  expect(stderr).toContain("No migration tool was detected");
});
