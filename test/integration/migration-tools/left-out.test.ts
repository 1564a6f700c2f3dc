// @module-tag proof
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { addMigration } from "../../support/added-migration.ts";
import { makeProject } from "../../support/cli.ts";
import { withSession } from "../../support/session.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

vi.setConfig({ testTimeout: 180_000 });

const tool = REAL_TOOLS.find(({ name }) => name === "drizzle");

const journalOf = (entries: readonly (readonly [when: number, tag: string])[]): string =>
  JSON.stringify({
    version: "7",
    dialect: "postgresql",
    entries: entries.map(([when, tag], idx) => ({ idx, version: "7", when, tag, breakpoints: true })),
  });

test.runIf(tool !== undefined && isInstalled(tool))(
  "a migration of Drizzle that is older than the newest applied one is named, though drizzle-kit ends with status 0",
  async () => {
    const project = await makeProject({ PATH: toolPath() });
    try {
      await copyTool("drizzle", project.directory);
      await project.write("drizzle/base.sql", "create table base (id int);");
      await project.write("drizzle/branch_a.sql", "create table branch_a (id int);");
      await project.write("drizzle/main_b.sql", "create table main_b (id int);");
      await project.write(
        "drizzle/meta/_journal.json",
        journalOf([
          [1000, "base"],
          [3000, "main_b"],
        ]),
      );
      await project.offshoot(["up", "--run", "first"]);
      const { stdout } = await project.offshoot(["env", "--run", "first", "--json"]);
      const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse(stdout) as Record<string, string>;
      // Each is a run of its own in one database, as on a server that is kept.
      const migrate = (run: string) => project.offshoot(["migrate", "--run", run, "--url", url]);
      expect(await migrate("first")).toMatchObject({ code: 0 });

      // The branch is merged, and its migration has an older time.
      await project.write(
        "drizzle/meta/_journal.json",
        journalOf([
          [1000, "base"],
          [2000, "branch_a"],
          [3000, "main_b"],
        ]),
      );
      const { code, stderr } = await migrate("merged");
      expect({ code, stderr }).toMatchObject({ code: 11 });
      expect(stderr).toContain("drizzle exited with status 0, but its version table does not match the migrations: branch_a missing.");
      expect(stderr).toContain("drizzle left out branch_a, and applied newer migrations.");

      // An applied file that was only formatted is not a migration that was left out.
      await project.write(
        "drizzle/meta/_journal.json",
        journalOf([
          [1000, "base"],
          [3000, "main_b"],
        ]),
      );
      await project.write("drizzle/base.sql", "create table base (\n  id int\n);");
      expect(await migrate("formatted")).toMatchObject({ code: 0 });
    } finally {
      await project.offshoot(["down", "--run", "first"]);
      await project.remove();
    }
  },
);

/** The time or the number in the name of an added migration, and one that is older than the newest migration of the sample. */
const OLDER: Readonly<Record<string, readonly [newest: string, older: string]>> = {
  "db-migrate": ["20240104000004", "20240101120000"],
  dbmate: ["20240104000004", "20240101120000"],
  knex: ["20240104000004", "20240101120000"],
  kysely: ["20240104000004", "20240101120000"],
  laravel: ["2024_01_04_000004", "2024_01_01_120000"],
  liquibase: ["z-shop", "a-shop"],
  "mikro-orm": ["20240104000004", "20240101120000"],
  "node-pg-migrate": ["20240104000004", "20240101120000"],
  payload: ["20240104_000004", "20240101_120000"],
  rails: ["20240104000004", "20240101120000"],
  sequelize: ["20240104000004", "20240101120000"],
  sql: ["004_shop", "001b_shop"],
  supabase: ["20240104000004", "20240101120000"],
  typeorm: ["1704326400004", "1704100000000"],
  umzug: ["20240104000004", "20240101120000"],
};

for (const each of REAL_TOOLS.filter(({ name }) => OLDER[name] !== undefined).filter(isInstalled)) {
  const [newest, older] = OLDER[each.name] ?? ["", ""];
  test(`${each.name}: a migration that is older than the newest applied one is applied, or named in an error`, async () => {
    const project = await makeProject({ PATH: toolPath() });
    onTestFinished(() => project.remove());
    await copyTool(each.name, project.directory);
    await project.offshoot(["up", "--run", "first"]);
    const { stdout } = await project.offshoot(["env", "--run", "first", "--json"]);
    const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse(stdout) as Record<string, string>;
    expect(await project.offshoot(["migrate", "--run", "first", "--url", url])).toMatchObject({ code: 0 });

    const path = await addMigration(each.name, project.directory, { up: "create table late_one (id int)", down: "drop table late_one" });
    const text = await readFile(join(project.directory, path), "utf8");
    await rm(join(project.directory, path));
    await writeFile(join(project.directory, path.replaceAll(newest, older)), text.replaceAll(newest, older));

    const { code, stderr } = await project.offshoot(["migrate", "--run", "second", "--url", url]);
    const found = await withSession(url, (session) => session.query("select 1 from pg_tables where tablename = 'late_one'"));
    await project.offshoot(["down", "--run", "first"]);
    // The error is the tool's own, or the one of offshoot.
    const named = stderr.includes(older) || stderr.includes("shop");
    expect({ applied: found.length === 1, code, named, stderr }).toMatchObject(
      code === 0 ? { applied: true } : { applied: false, code: 11, named: true },
    );
  });
}
