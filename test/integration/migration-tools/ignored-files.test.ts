// @module-tag proof
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test, vi } from "vitest";
import { makeProject } from "../../support/cli.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

vi.setConfig({ testTimeout: 180_000 });

/** A file in the folder of a tool, with a migration that creates the table `ignored`. */
const FILES: Readonly<Record<string, readonly [file: string, text: string]>> = {
  dbmate: ["db/migrations/ignored.sql", "-- migrate:up\ncreate table ignored ();\n-- migrate:down\ndrop table ignored;\n"],
  liquibase: [
    "src/main/resources/db/changelog/ignored.sql",
    "--liquibase formatted sql\n--changeset ada:ignored\ncreate table ignored ();\n",
  ],
  rails: ["db/migrate/ignored.rb", "class Ignored < ActiveRecord::Migration[6.1]\n  def change\n    create_table :ignored\n  end\nend\n"],
  sqitch: ["deploy/ignored.sql", "begin;\ncreate table ignored ();\ncommit;\n"],
  supabase: ["supabase/migrations/ignored.sql", "create table ignored ();\n"],
};

test.each(REAL_TOOLS.filter(({ name }) => FILES[name] !== undefined))(
  "$name ignores a file in the folder of its migrations, and a note names it",
  async (tool) => {
    if (!isInstalled(tool)) return;
    const [file, text] = FILES[tool.name] ?? ["", ""];
    const project = await makeProject({
      PATH: toolPath(),
      OFFSHOOT_PROVIDER: "existing",
      OFFSHOOT_EXISTING_URL: inject("serverUrl"),
      OFFSHOOT_BASE: "false",
    });
    try {
      await copyTool(tool.name, project.directory);
      const url = await newDatabase(tool.name);
      const migrate = (run: string, ...more: string[]) => project.offshoot(["migrate", "--run", run, "--url", url, ...more]);
      const before = await migrate("before");
      expect(before).toMatchObject({ code: 0, stderr: expect.not.stringContaining("not run") });
      await project.write(file, text);
      expect(await readFile(join(project.directory, file), "utf8")).toBe(text);
      // What was not done is not progress, so it is also shown with --quiet.
      const { code, stderr } = await migrate("after", "--quiet");
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`note     ${file} was not run, because `) });
      const tables = await withSession(url, (session) => session.query("select from pg_tables where tablename = 'ignored'"));
      expect(tables).toEqual([]);
    } finally {
      await project.remove();
    }
  },
);
