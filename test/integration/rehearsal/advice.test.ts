// @module-tag proof
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { STABLE_FUNCTIONS } from "../../../src/rehearsal/advice/default-value.ts";
import { subjectOf } from "../../../src/rehearsal/judge/subject.ts";
import { kindOf } from "../../../src/rehearsal/sql/kinds.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { namesIn } from "../../../src/rehearsal/sql/names.ts";
import { tokensOf } from "../../../src/postgres/sql/tokens.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { PATTERNS } from "../../support/rehearsal/patterns.ts";
import { prepareStage, type Stage } from "../../support/rehearsal/play.ts";
import { withSession } from "../../support/session.ts";
import { sharedServer } from "../../support/shared-server.ts";

const MAJOR = 18;
const ROWS = 25_000;
const MOST_BATCHES = 20;
const FILES = migrationFiles([]);

const PARTITIONED = { id: 1, schema: "public", name: "pt", kind: "p", shown: "public.pt", table: undefined, file: 0, bytes: 0 };

let stage: Stage;
beforeAll(async () => {
  stage = await prepareStage((await sharedServer()).url, ROWS);
}, 120_000);

/** New columns that are computed from others. */
const STORED = [
  "alter table t add column x text generated always as (upper(b) || 'c') stored not null",
  "alter table t add column x int generated always as (t.a + 1) stored",
  `alter table t add column x text not null generated always as ($$a$$ || coalesce(b, 'it''s')) stored`,
];

/** Changes that need a way of their own, besides the patterns. */
const MORE: readonly string[] = [
  "update t set b = 'same' where a < 500 or a > 900",
  "delete from t where a < 700",
  "alter table t add column x float not null default random()",
  "alter table t add column x int default 5 constraint p check (x > 0) not null",
  "alter table t alter b set not null, alter n drop not null, add constraint p check (x > 0), add column x int not null default 5",
  ...STORED,
  "alter table t drop column n, add column n uuid not null default gen_random_uuid(), add column y text default 'const'",
];

const LONG = `${"long".repeat(15)}ong`;
/** A table whose names need quotes, or leave no room for an ending. */
const ODD =
  'create schema "App Data"; create table "App Data"."Order ""X"".Items" ("Weird Col" int, "Sel-2" text, "select" int, ' +
  `${LONG} int); insert into "App Data"."Order ""X"".Items" select n, n::text, n, n from generate_series(1, 300) n`;
const ODD_TABLE = '"App Data"."Order ""X"".Items"';
const ODD_CHANGES: readonly string[] = [
  ...['"New Col"', '"from"', "Mixed"].map(
    (name) => `alter table ${ODD_TABLE} add column ${name} timestamptz not null default clock_timestamp()`,
  ),
  ...['"Weird Col"', '"select"', LONG].map((name) => `alter table ${ODD_TABLE} alter column ${name} set not null`),
  `alter table ${ODD_TABLE} add check ("select" > 0)`,
  `alter table ${ODD_TABLE} add unique ("Weird Col", "Sel-2")`,
  `alter table ${ODD_TABLE} add column found text generated always as ("Sel-2" || "select"::text) stored`,
  `create index on ${ODD_TABLE} ("Weird Col")`,
  `update ${ODD_TABLE} set "Sel-2" = 'x'`,
];

/** The advised statements as a report prints them. */
function advised(sql: string, literals: boolean): readonly string[] {
  const tokens = tokensOf(sql);
  const part = { tokens, kind: kindOf(tokens), names: namesIn(tokens), at: undefined };
  const sent = { session: "s", sql, startMs: 0, endMs: 1, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
  const statement = { sent, startMs: 0, endMs: 1, pid: 1, transaction: 0, parts: [part], count: 1, migration: undefined, isQuiet: false };
  return subjectOf({ statement, part }, { files: FILES, major: MAJOR, literals, partitioned: [PARTITIONED] }).subject.sql;
}

/** Runs statements in one psql as a person would, and each batch until it changes no row. */
async function inPsql(url: string, statements: readonly string[]): Promise<void> {
  const psql = async (script: string): Promise<string> =>
    (await promisify(execFile)("psql", ["-X", "-d", url, "-v", "ON_ERROR_STOP=1", ...script.split("\n").flatMap((each) => ["-c", each])]))
      .stdout;
  for (const script of statements) {
    let batches = 0;
    for (let last = await psql(script); script.includes("ctid") && !/^(UPDATE|DELETE) 0$/m.test(last); last = await psql(script)) {
      batches += 1;
      if (batches > MOST_BATCHES) throw new Error(`still changes rows: ${script}`);
    }
  }
}

/** Runs something in a copy of the stage. */
async function inCopy(use: (url: string) => Promise<void>): Promise<void> {
  const database = `advice_${randomBytes(5).toString("hex")}`;
  await withSession(stage.server, (session) => session.query(`create database ${database} template ${stage.template}`));
  try {
    await use(withDatabase(stage.server, database));
  } finally {
    await withSession(stage.server, (session) => session.query(`drop database ${database} with (force)`));
  }
}

const CASES = [
  ...PATTERNS.filter(({ since = 14 }) => since <= MAJOR).map(({ name, sql, before }) => [name, sql, before] as const),
  ...MORE.map((sql) => [sql, sql, undefined] as const),
  ...ODD_CHANGES.map((sql) => [sql, sql, ODD] as const),
].filter(([, sql]) => sql.split("; ").some((each) => advised(each, true).length > 0));

test("the functions that are known as stable or immutable are so on the server", async () => {
  const rows = await withSession(stage.server, (session) =>
    session.query(
      "select name from unnest($1::text[]) name where not exists (select from pg_proc where proname = name) " +
        "or exists (select from pg_proc where proname = name and provolatile = 'v')",
      [[...STABLE_FUNCTIONS]],
    ),
  );
  expect(rows).toEqual([]);
});

test("most patterns that are dangerous have advice in SQL", () => {
  expect(CASES.length).toBeGreaterThan(20);
});

test.each(CASES)("the advice for %s runs in psql as it is printed", { timeout: 60_000 }, async (_, sql, before) => {
  await inCopy(async (url) => {
    if (before !== undefined) await withSession(url, (session) => session.query(before));
    for (const each of sql.split("; ")) {
      const statements = advised(each, true);
      // Without literals of its own, the statement is printed in the same way when they are hidden.
      expect(advised(each, /['\d$]/.test(each))).toEqual(statements);
      await inPsql(url, statements);
    }
  });
});

const count = (url: string, condition: string): Promise<unknown> =>
  withSession(url, async (session) => (await session.query(`select count(*)::int as n from t where ${condition}`))[0]?.["n"]);

test.each(STORED)("the advice for %s fills new, changed and old rows", { timeout: 60_000 }, async (sql) => {
  await inCopy(async (url) => {
    const value = /as \((.*)\) stored/.exec(sql)?.[1] ?? "";
    await inPsql(url, advised(sql, true));
    await withSession(url, async (session) => {
      await session.query("insert into t (id, a, b) values (-1, 7, 'new')");
      await session.query("update t set a = -5, b = 'changed' where id in (3, 24000)");
    });
    expect(await count(url, `x is distinct from ${value}`)).toBe(0);
    expect(await count(url, "true")).toBe(ROWS + 1);
  });
});

test("the body of an advised function has no literals of the migration where these are hidden", () => {
  const [, shown = ""] = advised("alter table t add column x text generated always as (upper(b) || 'secret') stored", false);
  expect(shown).toContain("new.x := (select upper(b) || ? from (select new.*) as t)");
});
