// @module-tag proof
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test, vi } from "vitest";
import { makeProject } from "../../support/cli.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

vi.setConfig({ testTimeout: 180_000 });

interface Setting {
  readonly tool: string;
  readonly about: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly prepare?: (folder: string) => Promise<unknown>;
  /** The version table in which the tool itself then records its migrations. */
  readonly table: string;
}

const SETTINGS: readonly Setting[] = [
  {
    tool: "sqitch",
    about: "top_dir in sqitch.conf",
    prepare: async (folder) => {
      await mkdir(join(folder, "database"));
      for (const name of ["sqitch.plan", "deploy", "revert"]) await rename(join(folder, name), join(folder, "database", name));
      await writeFile(join(folder, "sqitch.conf"), "[core]\n\tengine = pg\n\ttop_dir = database\n");
    },
    table: "sqitch.changes",
  },
  {
    tool: "sqitch",
    about: "plan_file and deploy_dir of the engine in sqitch.conf",
    prepare: async (folder) => {
      await rename(join(folder, "sqitch.plan"), join(folder, "shop.plan"));
      await rename(join(folder, "deploy"), join(folder, "scripts"));
      await writeFile(
        join(folder, "sqitch.conf"),
        '[core]\n\tengine = pg\n[engine "pg"]\n\tplan_file = shop.plan\n\tdeploy_dir = "scripts"\n',
      );
    },
    table: "sqitch.changes",
  },
  { tool: "dbmate", about: "DBMATE_MIGRATIONS_TABLE", env: { DBMATE_MIGRATIONS_TABLE: "versions" }, table: "versions" },
  {
    tool: "liquibase",
    about: "LIQUIBASE_DATABASE_CHANGELOG_TABLE_NAME",
    env: { LIQUIBASE_DATABASE_CHANGELOG_TABLE_NAME: "versions" },
    table: "versions",
  },
  {
    tool: "alembic",
    about: "ALEMBIC_CONFIG",
    env: { ALEMBIC_CONFIG: "conf/shop.ini" },
    prepare: async (folder) => {
      await mkdir(join(folder, "conf"));
      await rename(join(folder, "alembic.ini"), join(folder, "conf/shop.ini"));
    },
    table: "alembic_version",
  },
];

test.each(SETTINGS)("$tool runs with $about, and its version table is read where it is", async ({ tool, env = {}, prepare, table }) => {
  const real = REAL_TOOLS.find(({ name }) => name === tool);
  if (real === undefined || !isInstalled(real)) return;
  const project = await makeProject({
    PATH: toolPath(),
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: inject("serverUrl"),
    OFFSHOOT_BASE: "false",
    ...env,
  });
  try {
    await copyTool(tool, project.directory);
    await prepare?.(project.directory);
    const url = await newDatabase(tool);
    const { code, stderr } = await project.offshoot(["migrate", "--run", "r", "--url", url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/was not (?:checked|run)|were not run/) });
    const rows = await withSession(url, (session) => session.query(`select from ${table}`));
    expect(rows.length).toBeGreaterThan(0);
  } finally {
    await project.remove();
  }
});
