import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { readVersionTable } from "../../../src/migration-tools/version-table.ts";
import { variablesOfUrl } from "../../../src/providers/variables.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";
import { withFiles } from "../../support/tools.ts";

const run = promisify(execFile);

interface End {
  readonly error: string;
  readonly recorded: readonly string[] | undefined;
  readonly tables: readonly string[];
}

/** Applies `1_shop.sql` with these bytes, and other files, to a new database. */
async function applied(bytes: string | Buffer, others: Readonly<Record<string, string>> = {}): Promise<End> {
  const url = await newDatabase("sql");
  return withFiles({ "migrations/1_shop.sql": "select 1", ...others }, async (repository) => {
    await writeFile(join(repository.directory, "migrations/1_shop.sql"), bytes);
    const { command, versionTable, env } = await requireTool("sql", repository);
    const options = { cwd: repository.directory, env: { ...process.env, ...variablesOfUrl(url), ...env?.(url) } };
    const error = await run("sh", ["-c", command], options).then(
      () => "",
      (thrown: { stderr: string }) => thrown.stderr,
    );
    return withSession(url, async (session) => {
      const tables = await session.query("select tablename as name from pg_tables where schemaname = 'public' order by 1");
      return { error, recorded: await readVersionTable(session, versionTable), tables: tables.map(({ name }) => String(name)) };
    });
  });
}

test.each([
  ["a rollback", "begin; create table shop (); ROLLBACK;", "1_shop.sql: the file contains ROLLBACK"],
  ["an abort after a comment", "create table shop (); /* later */ abort;", "contains ABORT"],
  ["a prepared transaction", "create table shop (); prepare transaction 'x';", "contains PREPARE TRANSACTION"],
  ["UTF-16", Buffer.from("\u{feff}create table shop ();", "utf16le"), "is in UTF-16"],
  ["Latin-1", Buffer.from("create table shop (); comment on table shop is 'Größe';", "latin1"), "is not valid UTF-8"],
  ["a zero byte", "create table shop (); \0", "contains a zero byte"],
  ["a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "`git lfs pull`"],
])("a file with %s is named before anything is applied, and never recorded", async (_name, bytes, text) => {
  const { error, recorded, tables } = await applied(bytes, { "migrations/0_first.sql": "create table first ();" });
  expect({ error, recorded, tables }).toEqual({ error: expect.stringContaining(text), recorded: [], tables: [] });
});

test.each([
  [
    "in a text, a comment and a function",
    "create table shop (); -- rollback;\nselect 'x; rollback;'; do $$ begin /* abort; */ null; end $$;",
  ],
  ["to a savepoint", "create table shop (); savepoint a; create table no (); rollback to savepoint a; rollback transaction to a;"],
])("a rollback %s is none of the file", async (_name, text) => {
  expect(await applied(text)).toEqual({ error: "", recorded: ["1_shop"], tables: ["shop"] });
});

test.each([
  ["without a commit", "begin; create table shop ();"],
  ["with a commit", "BEGIN;\ncreate table shop ();\nCOMMIT;\n"],
  ["with two of them", "begin; create table shop (); commit; begin; insert into shop default values; commit;"],
])("a file with a transaction of its own %s is applied and recorded", async (_name, text) => {
  expect(await applied(text)).toEqual({ error: "", recorded: ["1_shop"], tables: ["shop"] });
});

test("a file with the mark of UTF-8, Windows line ends and an extension in capitals is applied, hidden files are not", async () => {
  const hidden = { "migrations/._1_shop.sql": "create table wrong ();", "migrations/.0.sql": "create table wrong ();" };
  const end = await applied("\u{feff}create table shop ();\r\n", { ...hidden, "migrations/2 new.SQL": "create table new ();" });
  expect(end).toEqual({ error: "", recorded: ["1_shop", "2 new"], tables: ["new", "shop"] });
});

test.each([
  ["\\i other.sql", "\\i is a command of psql"],
  ["\\restrict abc\ncreate table shop ();", "\\restrict is a command of psql"],
  ["create table shop (a int);\ncopy shop from stdin;\n1\n\\.\n", "whose rows are in the file"],
])("what only psql can run is explained below the server's error: %s", async (text, hint) => {
  const { error, recorded } = await applied(text);
  expect({ error, recorded }).toEqual({ error: expect.stringContaining(hint), recorded: [] });
  expect(error).toMatch(/^1_shop\.sql:\d+: ERROR: {2}42601: syntax error/);
  expect(error).toContain("set migrations.command");
});

test("a statement that cannot run in a transaction, beside another one, is explained", async () => {
  const { error, tables } = await applied("set lock_timeout = '5s'; create index concurrently a on first (id);", {
    "migrations/0_first.sql": "create table first (id int);",
  });
  expect(error).toContain("A statement that cannot run in a transaction must be the only one in its file.");
  expect(tables).toEqual(["first"]);
});

test("two files with the name of one migration are refused, because only one of them would run", async () => {
  await withFiles({ "migrations/1.sql": "select 1", "migrations/1.up.sql": "select 2" }, async (repository) => {
    await expect(requireTool("sql", repository)).rejects.toThrow("migrations/1.sql and migrations/1.up.sql have the same name, 1.");
  });
});

test("a file that was changed or deleted after it was applied is named, also where an earlier version made the table", async () => {
  const url = await newDatabase("sql");
  await withFiles({ "migrations/1_shop.sql": "create table shop ()", "migrations/2_old.sql": "select 1" }, async ({ directory }) => {
    const offshoot = async (): Promise<string> => {
      const { command, env } = await requireTool("sql", repositoryIn(directory));
      return (await run("sh", ["-c", command], { cwd: directory, env: { ...process.env, ...variablesOfUrl(url), ...env?.(url) } })).stderr;
    };
    expect(await offshoot()).toBe("");
    expect(await offshoot()).toBe("");
    await writeFile(join(directory, "migrations/1_shop.sql"), "create table shop (id int)");
    await rm(join(directory, "migrations/2_old.sql"));
    expect((await offshoot()).split("\n")).toEqual([
      "warning: 1_shop.sql has changed since it was applied to this database, and is not applied again. The schema can differ from that of the files.",
      "warning: 2_old was applied to this database, and its file is missing now. The schema can differ from that of the files.",
      "",
    ]);
    await withSession(url, (session) => session.query("alter table offshoot.applied drop column content"));
    expect(await offshoot()).toMatch(/^warning: 2_old was applied [^\n]*\n$/);
  });
});
