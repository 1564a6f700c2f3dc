import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withSession } from "../../support/session.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { readVersionTable } from "../../../src/migration-tools/version-table.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { newDatabase } from "../../support/new-database.ts";

/** The columns of Flyway's table that offshoot reads. */
const TABLE =
  "create table flyway_schema_history (installed_rank integer primary key, version varchar(50), type varchar(20), success boolean)";

async function recorded(files: readonly string[], rows: readonly (readonly [version: string | null, type: string])[]): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), "offshoot-flyway-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, "sql"));
  for (const file of files) await writeFile(join(directory, "sql", file), "");
  const { versionTable } = await requireTool("flyway", repositoryIn(directory));
  return withSession(await newDatabase("flyway"), async (session) => {
    expect(await readVersionTable(session, versionTable)).toBeUndefined();
    await session.query(TABLE);
    for (const [at, [version, type]] of rows.entries())
      await session.query("insert into flyway_schema_history values ($1, $2, $3, true)", [at, version, type]);
    return (await readVersionTable(session, versionTable))?.toSorted();
  });
}

const FILES = ["V1__a.sql", "V1_5__b.sql", "V2__c.sql", "V10__d.sql"];

test("a baseline counts as all versions up to its own", async () => {
  expect(await recorded(FILES, [["1.9", "BASELINE"]])).toEqual(["1", "1.5"]);
  expect(
    await recorded(FILES, [
      ["2", "SQL_BASELINE"],
      ["10", "SQL"],
      [null, "SQL"],
    ]),
  ).toEqual(["1", "1.5", "10", "2"]);
});

test("without a baseline all versions in the table count, also those that the repository does not have", async () => {
  expect(
    await recorded(FILES, [
      [null, "SCHEMA"],
      ["1", "SQL"],
      ["3", "SQL"],
    ]),
  ).toEqual(["1", "3"]);
});
