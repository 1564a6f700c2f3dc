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

test("the hint of the server is shown as psql shows it, and its detail is not", async () => {
  const before = "create table shop (email text unique); insert into shop values ('ada@example.org')";
  const hint = 'HINT:  Perhaps you meant to reference the column "shop.email".';
  await applied({ "migrations/1.sql": "select emial from shop;" }, async ({ error }) => expect(error).toContain(`^\n${hint}\n`), before);
  const raised = "do $$ begin raise 'no' using hint = 'Wait.', detail = (select email from shop); end $$;";
  await applied(
    { "migrations/1.sql": raised },
    async ({ error }) => {
      expect(error).toContain("HINT:  Wait.\n");
      expect(error).not.toContain("ada@");
    },
    before,
  );
  const key = "insert into shop select email from shop;";
  await applied({ "migrations/1.sql": key }, async ({ error }) => expect(error).not.toContain("ada@"), before);
});

test("a file that fails after its own COMMIT is said to have left the part before it, and the next try runs it again", async () => {
  const kept = "The part before the COMMIT of line 2 is in the database, but the file is not recorded as applied";
  const text = "create table one ();\ncommit;\ncreate table two ();\nselect 1 / 0;\ncommit;\n";
  await applied({ "migrations/1.sql": text }, async ({ error, recorded }, session) => {
    expect(error).toContain("1.sql:4: ERROR:  22012: division by zero");
    expect(error).toContain(kept);
    expect(recorded).toEqual([]);
    expect([await exists(session, "one"), await exists(session, "two")]).toEqual([true, false]);
  });
  // It failed before its COMMIT, so nothing is left.
  await applied({ "migrations/1.sql": "create table one ();\nselect 1 / 0;\ncommit;" }, async ({ error }, session) => {
    expect(error).toContain("division by zero");
    expect(error).not.toContain("COMMIT");
    expect(await exists(session, "one")).toBe(false);
  });
});
