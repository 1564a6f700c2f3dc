// @module-tag proof
// The judge is the server: ALTER TABLE in one database, the advised statements beside an application in another.
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import { tokensOf } from "../../../src/postgres/sql/tokens.ts";
import { subjectOf } from "../../../src/rehearsal/judge/subject.ts";
import { kindOf } from "../../../src/rehearsal/sql/kinds.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { namesIn } from "../../../src/rehearsal/sql/names.ts";
import { readTableFacts } from "../../../src/rehearsal/table-facts.ts";
import { findMajor, twoMajors } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { BEFORE_REFUSED, REFUSED_CHANGES, TYPE_CHANGES } from "../../support/rehearsal/type-changes.ts";
import { withSession } from "../../support/session.ts";
import { sharedServer } from "../../support/shared-server.ts";

const MAJORS = await Promise.all(twoMajors().map(async (major) => [major, await findMajor(major)] as const));
const WRITES = 200;

async function adviceFor(url: string, major: number, sql: string, literals = true): Promise<{ sql: readonly string[]; advice: string }> {
  const tables = await withSession(url, readTableFacts);
  const tokens = tokensOf(sql);
  const part = { tokens, kind: kindOf(tokens), names: namesIn(tokens), at: undefined };
  const sent = { session: "s", sql, startMs: 0, endMs: 1, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
  const statement = { sent, startMs: 0, endMs: 1, pid: 1, transaction: 0, parts: [part], count: 1, migration: undefined, isQuiet: false };
  return subjectOf({ statement, part }, { files: migrationFiles([]), major, literals, tables }).subject;
}

/** Pastes statements into psql as one block, as they are printed. What it wrote. */
async function paste(url: string, statements: readonly string[], stop: "0" | "1" = "1"): Promise<string> {
  const psql = promisify(execFile)("psql", ["-X", "-d", url, "-v", `ON_ERROR_STOP=${stop}`]);
  psql.child.stdin?.end(statements.map((each) => `${each};\n`).join(""));
  const { stdout, stderr } = await psql;
  return stdout + stderr;
}

/** What an application writes, as single statements. */
async function write(url: string, writes: readonly string[], pauseMs: number): Promise<void> {
  await withSession(url, async (session) => {
    for (let run = 1; run <= WRITES; run += 1) {
      for (const sql of writes) await session.query(sql.replaceAll("$1", String(run)));
      if (pauseMs > 0) await pause(pauseMs);
    }
  });
}

/** The catalog as offshoot reads it, the rows, and the dump where the installed `pg_dump` reads this server. Without the places of columns. */
async function stateOf(url: string, major: number, table: string): Promise<readonly string[]> {
  const rows = await withSession(url, async (session) => {
    const catalog = await readCatalog(session);
    const tables = catalog.tables.map((each) => ({ ...each, columns: each.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }));
    const objects = Object.entries({ ...catalog, tables }).flatMap(([kind, value]) =>
      Array.isArray(value) ? value.map((each) => `${kind} ${JSON.stringify(each)}`) : [],
    );
    const data = await session.query<{ row: string }>(
      `select (select string_agg(key || '=' || coalesce(value, 'null'), ' ' order by key) from jsonb_each_text(to_jsonb(t))) as row from ${table} t order by id`,
    );
    return [...objects.toSorted(), ...data.map(({ row }) => row)];
  });
  if (major > 15) return rows;
  const { stdout } = await promisify(execFile)("pg_dump", ["-s", url], { maxBuffer: 1e8 });
  const lines = stdout.split("\n").map((line) => line.replace(/,$/, ""));
  return [...rows, ...lines.filter((line) => !/^\\(un)?restrict /.test(line)).toSorted()];
}

/** The first lines that are not among the others. */
function missingIn(others: readonly string[], lines: readonly string[]): readonly string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line)).slice(0, 20);
}

describe.each(MAJORS.filter(([, binaries]) => binaries !== undefined))("PostgreSQL %i", (major, binaries) => {
  let server: string;
  const prepared = async (sql: string): Promise<string> => {
    const url = await newDatabase("advice_type", { server, template: "template0" });
    await withSession(url, (session) => session.query(sql));
    return url;
  };
  beforeAll(async () => {
    ({ url: server } = await sharedServer(major === 18 ? undefined : binaries));
  }, 120_000);

  test.each(TYPE_CHANGES)(
    "what is advised for $name leaves what ALTER TABLE leaves",
    { timeout: 120_000 },
    async ({ before, change, writes }) => {
      const [plain, other] = [await prepared(before), await prepared(before)];
      const table = /^alter table (.*?) alter /.exec(change)?.[1] ?? "";
      const { sql, advice } = await adviceFor(other, major, change);
      expect(advice).not.toContain("no SQL");
      expect(sql.length).toBeGreaterThan(5);
      await write(plain, writes, 0);
      await withSession(plain, (session) => session.query(change));
      const [output] = await Promise.all([paste(other, sql), write(other, writes, 5)]);
      expect(output).toContain("COMMIT");
      // A write that came after the swap, and the new row of each.
      for (const url of [plain, other]) await withSession(url, (session) => session.query((writes[0] ?? "").replaceAll("$1", "9999")));
      const [expected, actual] = [await stateOf(plain, major, table), await stateOf(other, major, table)];
      expect(missingIn(expected, actual)).toEqual([]);
      expect(missingIn(actual, expected)).toEqual([]);
      expect(actual).toHaveLength(expected.length);
    },
  );

  test("the last transaction changes nothing when one of the statements before it was left out", { timeout: 300_000 }, async () => {
    const [{ before, change }] = TYPE_CHANGES as [(typeof TYPE_CHANGES)[0]];
    const template = await prepared(before);
    const { sql } = await adviceFor(template, major, change);
    const begin = sql.indexOf("begin");
    for (const [at, left] of sql.slice(0, begin).entries()) {
      // Validation is repeated by what follows it.
      if (left.includes(" validate constraint ")) continue;
      const url = await newDatabase("advice_type", { server, template: new URL(template).pathname.slice(1) });
      const output = await paste(
        url,
        sql.filter((_, place) => place !== at),
        "0",
      );
      expect([left, output.includes("ROLLBACK")]).toEqual([left, true]);
      const [row] = await withSession(url, (session) =>
        session.query("select format_type(atttypid, -1) as type from pg_attribute where attrelid = 'app.t'::regclass and attname = 'id'"),
      );
      expect([left, row]).toEqual([left, { type: "integer" }]);
    }
  });

  test.each([
    ["a row differs", "alter table app.t disable trigger zzz_id_new; update app.t set id_new = 0 where id = 7"],
    ["a new object depends on the column", "create view app.v as select id from app.t"],
    [
      "a new trigger exists",
      "create function app.g() returns trigger language plpgsql as 'begin return new; end'; create trigger zzzz before insert on app.t for each row execute function app.g()",
    ],
    ["policies are forced", "alter table app.t force row level security"],
  ])("the last transaction changes nothing when %s", { timeout: 120_000 }, async (_, meanwhile) => {
    const [{ before, change }] = TYPE_CHANGES as [(typeof TYPE_CHANGES)[0]];
    const url = await prepared(before);
    const { sql } = await adviceFor(url, major, change);
    await paste(url, sql.slice(0, sql.indexOf("begin")));
    await withSession(url, (session) => session.query(meanwhile));
    expect(await paste(url, sql.slice(sql.indexOf("begin")), "0")).toContain("ROLLBACK");
    expect(await withSession(url, (session) => session.query("select pg_typeof(id)::text as type from app.t limit 1"))).toEqual([
      { type: "integer" },
    ]);
  });

  test.each(REFUSED_CHANGES)("no statements are printed for %s, and the reason is named", async (_, extra, change, reason) => {
    const { sql, advice } = await adviceFor(await prepared(`${BEFORE_REFUSED} ${extra}`), major, change);
    expect(sql).toEqual([]);
    expect(advice).toContain(reason);
    expect(advice).toContain("maintenance window");
  });

  test.each([
    ["forced policies", "alter table app.t enable row level security, force row level security", "FORCE ROW LEVEL SECURITY"],
    [
      "a trigger for updates",
      "create trigger a before update on app.t for each row execute function suppress_redundant_updates_trigger()",
      "would fire the trigger a",
    ],
    ["children", "create table app.c () inherits (app.t)", "do not fire for their rows"],
  ])("a stored generated column is not filled by statements beside %s", async (_, extra, reason) => {
    const url = await prepared(`${BEFORE_REFUSED} ${extra}`);
    const { sql, advice } = await adviceFor(url, major, "alter table app.t add g int generated always as (n + 1) stored");
    expect(sql).toEqual([]);
    expect(advice).toContain(reason);
  });

  test("constants of the migration are hidden in all statements", async () => {
    const url = await prepared(BEFORE_REFUSED);
    const { sql } = await adviceFor(url, major, "alter table app.t alter column x type text using (x || 'secret')", false);
    expect(sql.join(";")).not.toContain("secret");
    expect(sql.join(";")).toContain("x || ?");
  });

  test.each([
    ["timestamp", "timestamptz", "(at at time zone 'UTC')"],
    ["timestamptz", "timestamp without time zone", "at at time zone 'Etc/UTC'"],
  ])("a change from %s to %s in UTC writes no row, and has the same values", async (from, to, using) => {
    const before = `create schema app; create table app.t (id int primary key, at ${from}); insert into app.t select g, '2026-03-29 00:00+00'::timestamptz + g * interval '7 minutes' from generate_series(1, 2000) g; create index on app.t (at)`;
    const change = `alter table app.t alter column at type ${to} using ${using}`;
    const [original, advised] = [await prepared(before), await prepared(before)];
    const [{ sql }, file] = [
      await adviceFor(advised, major, change, false),
      () => withSession(advised, (session) => session.query("select pg_relation_filenode('app.t') as file")),
    ];
    const fileBefore = await file();
    await paste(original, [change]);
    await paste(advised, sql);
    expect(await file()).toEqual(fileBefore);
    expect(await stateOf(advised, major, "app.t")).toEqual(await stateOf(original, major, "app.t"));
  });

  test("a change of times in another zone has other statements", async () => {
    const url = await prepared("create schema app; create table app.t (id int primary key, at timestamp)");
    const { sql } = await adviceFor(url, major, "alter table app.t alter column at type timestamptz using at at time zone 'Europe/Berlin'");
    expect(sql.join(";")).not.toContain("set time zone");
  });
});
