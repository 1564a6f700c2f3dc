// @module-tag proof
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;
/** The run's database and its base. */
let existing: readonly string[];

async function databases(): Promise<readonly string[]> {
  const { stdout } = await project.offshoot(["list", "--json", "--all"]);
  return (JSON.parse(stdout) as readonly { readonly name: string }[]).map(({ name }) => name);
}

const LIMITS = `migrations:
  tool: sql
rehearse:
  blockedReads: 300ms
  blockedWrites: 300ms
  rewrite: 1MB
`;

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  await project.write(
    "migrations/001_start.sql",
    "create table person as select g as id, 'name ' || g as name from generate_series(1, 40000) g;\ncreate table other (id int);\ninsert into other values (1);\ncreate table indexed (id int constraint indexed_id primary key);\ninsert into indexed select generate_series(1, 20000);\nanalyze indexed;\n",
  );
  await project.write("offshoot.yaml", LIMITS);
  await project.offshoot(["up", "--migrate"]);
  existing = await databases();
}, 120_000);

afterAll(() => project.remove());

/** Rehearses one pending migration on a copy of the run's database. */
async function rehearse(sql: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly result: Rehearsal }> {
  await project.write("migrations/002_change.sql", sql);
  const { code, stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives", ...args]);
  return { code, result: JSON.parse(stdout) as Rehearsal };
}

const read = (file: string): Promise<string> => readFile(join(project.directory, file), "utf8");

const codes = ({ findings }: Rehearsal): readonly (readonly string[])[] => findings.map(({ code, severity }) => [code, severity]);

const SLOW = { timeout: 300_000 };

test("rows that stay locked are a warning, with their number and their time", SLOW, async () => {
  const { code, result } = await rehearse("update person set name = name || '!';\nselect pg_sleep(4);\n");
  expect([code, codes(result)]).toEqual([0, [["rows-locked", "warning"]]]);
  expect(result.findings[0]).toMatchObject({ facts: { rows: "40 thousand" }, at: { file: "migrations/002_change.sql", line: 1 } });
  expect((await rehearse("update person set name = name || '!';\nselect pg_sleep(4);\n", "--fail-on", "warning")).code).toBe(10);
});

test.each([
  ["a SELECT", "select from person for update", "40 thousand"],
  [
    "a DO block",
    "do $$ declare r record; begin for r in select id from person for no key update loop null; end loop; end $$",
    "an unknown number of",
  ],
])("rows that %s locks without changing them are a warning", SLOW, async (_, sql, rows) => {
  const { code, result } = await rehearse(`${sql};\nselect pg_sleep(4);\n`);
  expect([code, codes(result)]).toEqual([0, [["rows-locked", "warning"]]]);
  expect(result.findings[0]).toMatchObject({ facts: { rows, done: "locked" }, at: { file: "migrations/002_change.sql", line: 1 } });
  expect(codes((await rehearse(`${sql.replace("person", "person where id < 100")};\nselect pg_sleep(4);\n`)).result)).toEqual(
    sql.startsWith("do") ? [["rows-locked", "warning"]] : [],
  );
});

test("a strong lock without a lock_timeout is one note, and none with it", SLOW, async () => {
  const { code, result } = await rehearse(
    "alter table person add column a int;\nselect pg_sleep(0.25);\nalter table person add column b int;\n",
  );
  expect([code, codes(result)]).toEqual([0, [["lock-without-timeout", "info"]]]);
  // libpq, and the driver of the tool, ask for it when they start the session.
  const { stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives"], { PGOPTIONS: "-c lock_timeout=3s" });
  expect(codes(JSON.parse(stdout) as Rehearsal)).toEqual([]);
  expect(codes((await rehearse("set lock_timeout = '3s';\nalter table person add column a int;\n")).result)).toEqual([]);
  const taken = await rehearse(
    "set lock_timeout = '3s';\nselect 1;\nset lock_timeout = 0;\ncreate index on person (id);\nselect pg_sleep(0.15);\n",
  );
  expect(taken.result.findings).toMatchObject([{ code: "lock-without-timeout", facts: { lock: "SHARE" }, at: { line: 4 } }]);
});

const locked = (seconds: number): string =>
  `set lock_timeout = '3s';\nalter table person add column a int;\nselect pg_sleep(${seconds});\n`;

/** Above this, a wait of some seconds can be the work of the machine, and the rehearsal says so in place of a finding. */
const BUSY_MS = 100;

/** A lock for some seconds: for more of them where the machine was so busy that this is not enough for a finding. */
async function rehearseLocked(...args: readonly string[]): ReturnType<typeof rehearse> {
  const first = await rehearse(locked(4), ...args);
  return first.result.observation.delayMs < BUSY_MS ? first : rehearse(locked(30), ...args);
}

test("every report has the finding with its file and its line", SLOW, async () => {
  const formats = { sarif: "a.sarif", junit: "a.xml", markdown: "a.md", "code-quality": "a.json", text: "a.txt" };
  const flags = Object.entries(formats).flatMap(([format, file]) => ["--report", `${format}=${file}`]);
  const { code, result } = await rehearseLocked(...flags);
  expect([code, codes(result)]).toEqual([10, [["reads-blocked", "error"]]]);
  const sarif = JSON.parse(await read(formats.sarif)) as { readonly runs: readonly [{ readonly results: readonly unknown[] }] };
  expect(sarif.runs[0].results).toMatchObject([
    {
      ruleId: "reads-blocked",
      level: "error",
      locations: [{ physicalLocation: { artifactLocation: { uri: "migrations/002_change.sql" }, region: { startLine: 2 } } }],
    },
  ]);
  expect(await read(formats.junit)).toMatch(/<testcase classname="reads-blocked"[^>]*file="migrations\/002_change\.sql" line="2"/);
  expect(JSON.parse(await read(formats["code-quality"]))).toMatchObject([
    { check_name: "reads-blocked", severity: "critical", location: { path: "migrations/002_change.sql", lines: { begin: 2 } } },
  ]);
  expect(await read(formats.markdown)).toContain(String.raw`migrations/002\_change.sql:2`);
  expect(await read(formats.text)).toContain("migrations/002_change.sql:2");
});

test("a severity lowers a limit, and an exception of a table counts until its last day", SLOW, async () => {
  const severities = "  severities:\n    blockedReads: warning\n";
  await project.write("offshoot.yaml", `${LIMITS}${severities}    blockedWrites: warning\n`);
  expect(codes((await rehearseLocked()).result)).toEqual([["reads-blocked", "warning"]]);
  // Each limit has a severity of its own: the milder finding does not hide the other one.
  await project.write("offshoot.yaml", `${LIMITS}${severities}`);
  const milder = await rehearseLocked();
  expect([milder.code, codes(milder.result)]).toEqual([
    10,
    [
      ["writes-blocked", "error"],
      ["reads-blocked", "warning"],
    ],
  ]);
  const exception = (until: string): string =>
    `${LIMITS}  tables:\n    public.person:\n      blockedReads: 20s\n      blockedWrites: 20s\n      reason: only at night\n      until: ${until}\n`;
  await project.write("offshoot.yaml", exception("2999-01-01"));
  expect((await rehearseLocked()).code).toBe(0);
  await project.write("offshoot.yaml", exception("2020-01-01"));
  const { code, result } = await rehearseLocked();
  expect([code, codes(result)]).toEqual([
    10,
    [
      ["reads-blocked", "error"],
      ["exception-expired", "warning"],
    ],
  ]);
  expect(JSON.stringify(result)).toContain("only at night");
  await project.write("offshoot.yaml", LIMITS);
});

test(
  "a table that others wait for before it is dropped, or for as long as a later statement holds it, has a finding, and a drop alone has none",
  SLOW,
  async () => {
    const swap = "alter table person rename to person_old;\ncreate table person (id int);\nselect pg_sleep(3);\ndrop table person_old;\n";
    const swapped = await rehearse(`set lock_timeout = '3s';\n${swap}`);
    expect([swapped.code, codes(swapped.result)]).toEqual([10, [["reads-blocked", "error"]]]);
    expect(swapped.result.findings[0]).toMatchObject({ object: { name: "public.person" }, at: { line: 2 } });
    const held = await rehearse("set lock_timeout = '3s';\ndrop table person;\nselect pg_sleep(3);\n");
    expect([held.code, codes(held.result)]).toEqual([10, [["reads-blocked", "error"]]]);
    const dropped = await rehearse("set lock_timeout = '3s';\nselect pg_sleep(3);\ndrop table person;\n");
    expect([dropped.code, codes(dropped.result)]).toEqual([0, []]);
  },
);

test("literals are shown only where they are wanted", SLOW, async () => {
  const sql = "update other set id = 471147114;\n";
  expect(JSON.stringify((await rehearse(sql)).result)).not.toContain("471147114");
  expect(JSON.stringify((await rehearse(sql, "--literals")).result)).toContain("471147114");
});

test("the traffic of a file runs beside the migrations, and its figures are in the result", SLOW, async () => {
  await project.write(
    "traffic.yaml",
    "version: 1\nbefore: 500ms\nafter: 500ms\nstatements:\n  - name: read\n    sql: select name from person where id = $1\n    values:\n      - query: select id from person limit 10\n",
  );
  const { result } = await rehearseLocked("--traffic", "traffic.yaml");
  expect(result.traffic).toMatchObject({ file: "traffic.yaml", outcome: "succeeded", statements: [{ name: "read", line: 5 }] });
  expect(result.traffic?.all.during.longestWaitMs).toBeGreaterThan(3000);
  expect(codes(result)).toEqual([
    ["reads-blocked", "error"],
    ["traffic-waits", "info"],
  ]);
  await project.write("traffic.yaml", "version: 1\nstatements:\n  - sql: select missing from person\n");
  const broken = await project.offshoot(["rehearse", "--traffic", "traffic.yaml"]);
  expect([broken.code, broken.stderr]).toEqual([
    2,
    expect.stringContaining('traffic.yaml:3: the statement fails in the copy before any migration: column "missing" does not exist'),
  ]);
  expect(await databases()).toEqual(existing);
});

/** What the safer way of the finding about readers cost in its rehearsal. */
async function measured(sql: string): Promise<unknown> {
  await project.write("migrations/002_change.sql", `${sql};\nselect pg_sleep(0.6);\n`);
  const { stdout } = await project.offshoot(["rehearse", "--json"]);
  const found = (JSON.parse(stdout) as Rehearsal).findings.find(({ code }) => code === "reads-blocked");
  return found !== undefined && "measured" in found.facts ? found.facts.measured : undefined;
}

test("the safer way of two checks without names is rehearsed, and an error of it is shown as it is", SLOW, async () => {
  const checks = "alter table person add check (length(name) < 500), add check (name <> 'x')";
  expect(await measured(checks)).toMatch(/^for this statement alone: took /);
  const found = await measured(
    "create function own(int) returns boolean language sql as 'select true';\nalter table person add check (own(id))",
  );
  expect(found).toMatch(
    /^it could not be measured: on a copy in the state before the pending migrations it failed: function own\(integer\) does not exist/,
  );
});

test("a lock on an index is not said to be one on its table", SLOW, async () => {
  const indexed = await rehearse("reindex table indexed;\nselect pg_sleep(0.6);\n");
  const found = indexed.result.findings.filter(({ code }) => code === "reads-blocked" || code === "lock-without-timeout");
  expect(found.map(({ facts }) => facts)).toMatchObject([
    { lock: "ACCESS EXCLUSIVE", table: expect.stringMatching(/^the index public\.indexed_id of a table of/) },
    { lock: "ACCESS EXCLUSIVE", index: "public.indexed_id" },
  ]);
  expect(indexed.result.tables.find(({ table }) => table === "public.indexed")?.strongestLock).toBe("SHARE");
});

test("two statements that must run outside of a transaction have the advice to be alone in their files", SLOW, async () => {
  const { result } = await rehearse("create index concurrently a on person (id);\ncreate index concurrently b on person (name);\n");
  expect(result.findings[0]).toMatchObject({
    code: "migration-fails",
    facts: { sqlstate: "25001", advice: expect.stringContaining("With sql: the statement alone in its file.") },
  });
  expect(result.statements.reduce((sum, { count }) => sum + count, 0)).toBe(1);
});

test("the rows that TRUNCATE removes are changed rows", SLOW, async () => {
  const { result } = await rehearse("truncate indexed;\n");
  expect(result.tables.find(({ table }) => table === "public.indexed")?.rowsDeleted).toBe(20_000);
});

test("the statements that the tool sends itself are not the slow ones of a migration", SLOW, async () => {
  const { result } = await rehearse("select pg_sleep(0.1);\n", "--set", "rehearse.duration=1ms");
  const slow = result.findings.find(({ code }) => code === "migration-slow");
  expect(slow).toMatchObject({ facts: { slowest: [expect.stringContaining("pg_sleep")] } });
});

test("the error of a migration is shown whole where each name of it is known", SLOW, async () => {
  const { result } = await rehearse("create table refs (o int references indexed);\nalter table indexed set unlogged;\n");
  expect(result.findings[0]).toMatchObject({
    facts: { error: expect.stringContaining('could not change table "indexed" to unlogged because it references logged table "refs"') },
  });
});

// About two seconds for the 40,000 rows.
const slow = (column: string, type: string): string =>
  `alter table person alter column ${column} type ${type} using (${column}::text || case when id % 40 = 0 then pg_sleep(0.001)::text else '' end)::${type}`;

test("each statement of a transaction that blocks readers for too long has its own finding, place and safer way", SLOW, async () => {
  await project.write(
    "change.sql",
    `set lock_timeout = '3s';\nbegin;\nalter table person alter column id set default 1;\n${slow("id", "bigint")};\ncreate index person_name on person (name);\n${slow("name", "varchar(60)")};\ncommit;\n`,
  );
  const command = ["--", "sh", "-c", 'psql -v ON_ERROR_STOP=1 -f change.sql "$DATABASE_URL"'];
  const { code, stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives", ...command]);
  const { findings } = JSON.parse(stdout) as Rehearsal;
  const blocked = findings.flatMap((each) => (each.code === "reads-blocked" ? [each.facts] : []));
  expect({ code, statements: blocked.map(({ statement }) => statement?.slice(0, 39)) }).toEqual({
    code: 10,
    statements: [
      "alter table person alter column id set ",
      "alter table person alter column id type",
      "alter table person alter column name ty",
    ],
  });
});

test("the sessions of the traffic are not those of the migrations: none is ended, and no lock of theirs is judged", SLOW, async () => {
  await project.write(
    "traffic.yaml",
    "version: 1\nrate: 8\nsessions: 4\nbefore: 1s\nafter: 1s\nstatements:\n  - sql: select pg_sleep(0.5), id from person limit 1\n",
  );
  const { code, result } = await rehearse("alter table person add column z int;\n", "--traffic", "traffic.yaml");
  expect({ code, kinds: result.findings.map(({ code: kind }) => kind) }).toEqual({
    code: 0,
    kinds: ["lock-without-timeout", "traffic-waits"],
  });
  expect(result.traffic?.all).toMatchObject({ before: { errors: 0 }, during: { errors: 0 }, after: { errors: 0 } });
});

test(
  "a command with many messages runs without the observation too, on a copy of its own, and the report has both times",
  SLOW,
  async () => {
    const reads = Array.from({ length: 700 }, (_, at) => `select name from person where id = ${at};\n`).join("");
    await project.write("many.sql", `set lock_timeout = '3s';\ninsert into other select count(*) from other;\n${reads}`);
    const args = ["--", "sh", "-c", 'psql -q -v ON_ERROR_STOP=1 -f many.sql "$DATABASE_URL" && echo run >> runs.txt'];
    const { code, stdout } = await project.offshoot(["rehearse", "--json", ...args]);
    const { observation } = JSON.parse(stdout) as Rehearsal;
    expect({ code, limits: observation.limits }).toMatchObject({
      code: 0,
      limits: expect.arrayContaining([
        expect.stringMatching(/^Without the observation, the same command took [\d.]+ m?s on another copy, and [\d.]+ m?s here/),
      ]),
    });
    expect(await read("runs.txt")).toBe("run\nrun\n");
    await project.offshoot(["rehearse", "--json", "--no-alternatives", ...args]);
    expect(await read("runs.txt")).toBe("run\nrun\nrun\n");
  },
);
