// @module-tag proof
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, onTestFinished, test } from "vitest";

const run = promisify(execFile);
const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

test("a run of a branch never starts from a base that a pull request made, and pull requests start from that of the branches", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bases-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const migrations = `create table t (a int) -- ${folder}`;
  await writeFile(join(folder, "1.sql"), migrations);
  // The program is not covered by the fingerprint: a pull request can change it.
  const program = (who: string): Promise<void> =>
    writeFile(join(folder, "migrate.sh"), `psql -qc "create table made_by_${who} (a int)" "$DATABASE_URL"`);
  await writeFile(join(folder, "offshoot.yaml"), "provider: existing\nmigrations:\n  command: sh migrate.sh\n  files: ['*.sql']\n");
  let id = 0;
  const tablesOf = async (who: string, ref: string, repository = "acme/shop"): Promise<readonly [string, string]> => {
    await program(who);
    id += 1;
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      OFFSHOOT_EXISTING_URL: inject("serverUrl"),
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: repository,
      GITHUB_RUN_ID: `${Date.now()}${id}`,
      GITHUB_REF: ref,
    };
    const list = `psql -Atqc "select tablename from pg_tables where schemaname = 'public'" "$DATABASE_URL"`;
    const { stdout, stderr } = await run(process.execPath, [BIN, "run", "--", "sh", "-c", list], { env, cwd: folder });
    return [stdout.trim(), /created from its base/.test(stderr) ? "from a base" : "migrated"];
  };
  expect(await tablesOf("seven", "refs/pull/7/merge")).toEqual(["made_by_seven", "migrated"]);
  expect(await tablesOf("seven_later", "refs/pull/7/merge")).toEqual(["made_by_seven", "from a base"]);
  expect(await tablesOf("eight", "refs/pull/8/merge")).toEqual(["made_by_eight", "migrated"]);
  expect(await tablesOf("main", "refs/heads/main")).toEqual(["made_by_main", "migrated"]);
  expect(await tablesOf("release", "refs/heads/release")).toEqual(["made_by_main", "from a base"]);
  expect(await tablesOf("nine", "refs/pull/9/merge")).toEqual(["made_by_main", "from a base"]);
  expect(await tablesOf("eight_later", "refs/pull/8/merge")).toEqual(["made_by_main", "from a base"]);
  expect(await tablesOf("other", "refs/heads/main", "acme/other")).toEqual(["made_by_other", "migrated"]);
});
