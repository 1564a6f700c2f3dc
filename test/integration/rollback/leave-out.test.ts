// @module-tag proof
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeProject } from "../../support/cli.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

const has = (name: string): boolean => REAL_TOOLS.some((tool) => tool.name === name && isInstalled(tool));

test.runIf(has("typeorm"))(
  "a version table with a computed name, in which later migrations cannot be recorded, is an error and not a wrong verdict",
  { timeout: 180_000 },
  async () => {
    const project = await makeProject({ PATH: toolPath(), SHOP_TABLE: "shop_migrations" });
    onTestFinished(() => project.remove());
    await copyTool("typeorm", project.directory);
    const source = await readFile(join(project.directory, "data-source.js"), "utf8");
    await project.write(
      "data-source.js",
      source.replace('type: "postgres",', 'type: "postgres",\n  migrationsTableName: process.env.SHOP_TABLE,'),
    );
    const { code, stderr } = await project.offshoot(["rollback-check"]);
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toContain("The table migrations does not record what typeorm applied.");
  },
);

test.runIf(has("knex"))("Knex with a computed version table is started once for each migration", { timeout: 180_000 }, async () => {
  const project = await makeProject({ PATH: toolPath(), SHOP_TABLE: "shop_migrations" });
  onTestFinished(() => project.remove());
  await copyTool("knex", project.directory);
  const source = await readFile(join(project.directory, "knexfile.cjs"), "utf8");
  await project.write(
    "knexfile.cjs",
    source.replace("module.exports = {", "module.exports = { migrations: { tableName: process.env.SHOP_TABLE },"),
  );
  const { code, stdout, stderr } = await project.offshoot(["rollback-check", "--json", "--last", "2"]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ counts: { identical: 2 } });
});
