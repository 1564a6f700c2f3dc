import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Session, withSession } from "../../support/session.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { readVersionTable } from "../../../src/migration-tools/version-table.ts";
import { variablesOfUrl } from "../../../src/providers/variables.ts";
import { withFiles } from "../../support/tools.ts";
import { newDatabase } from "../../support/new-database.ts";

const run = promisify(execFile);

/** Applies SQL files to a new database. `check` gets the error output, the recorded names and a session. `before`: SQL that runs first. */
async function applied(
  files: Readonly<Record<string, string>>,
  check: (end: { readonly error: string; readonly recorded: readonly string[] | undefined }, session: Session) => Promise<void>,
  before = "",
): Promise<void> {
  const url = await newDatabase("sql");
  await withSession(url, (session) => session.query(before));
  await withFiles(files, async (repository) => {
    const { command, versionTable, env } = await requireTool("sql", repository);
    const options = { cwd: repository.directory, env: { ...process.env, ...variablesOfUrl(url), ...env?.(url) } };
    const error = await run("sh", ["-c", command], options).then(
      () => "",
      (thrown: { stderr: string }) => thrown.stderr,
    );
    await withSession(url, async (session) => check({ error, recorded: await readVersionTable(session, versionTable) }, session));
  });
}

const exists = async (session: Session, table: string): Promise<boolean> =>
  (await session.query("select 1 where to_regclass($1) is not null", [table])).length > 0;

test("a file that fails is named and rolled back, and the files before it stay applied", async () => {
  const files = { "migrations/1.sql": "create table one ()", "migrations/2.sql": "create table two (); select 1 / 0;" };
  await applied(files, async ({ error, recorded }, session) => {
    expect(error).toContain("2.sql:1: ERROR:  22012: division by zero");
    expect(recorded).toEqual(["1"]);
    expect([await exists(session, "one"), await exists(session, "two")]).toEqual([true, false]);
  });
});

test("a search path or a role that one file sets has no effect on the next file", async () => {
  const files = {
    "migrations/1.sql": "create schema app; set search_path to app; create table one (); set role pg_read_all_data;",
    "migrations/2.sql": "create table two ();",
  };
  await applied(files, async ({ error, recorded }, session) => {
    expect({ error, recorded }).toEqual({ error: "", recorded: ["1", "2"] });
    expect([await exists(session, "app.one"), await exists(session, "public.two")]).toEqual([true, true]);
  });
});

test("a file that ends with a comment or without a semicolon is recorded", async () => {
  const files = { "migrations/1.sql": "create table one () -- the first", "migrations/2.sql": "-- nothing yet" };
  await applied(files, async ({ error, recorded }) => {
    expect({ error, recorded }).toEqual({ error: "", recorded: ["1", "2"] });
  });
});

test("default privileges give nobody rights on the version table", async () => {
  const before = "alter default privileges grant all on schemas to public; alter default privileges grant all on tables to public";
  await applied(
    { "migrations/1.sql": "create table one ()" },
    async ({ recorded }, session) => {
      expect(recorded).toEqual(["1"]);
      const rights =
        "select relacl from pg_class where relname = $1 and relacl::text ~ '[{,]=' union all select nspacl from pg_namespace where nspname = 'offshoot' and nspacl::text ~ '[{,]='";
      expect(await session.query(rights, ["applied"])).toEqual([]);
      expect(await session.query(rights, ["one"])).toHaveLength(1);
    },
    before,
  );
});
