// @module-tag proof
import { expect, test } from "vitest";
import { makeProject } from "../../support/cli.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

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
