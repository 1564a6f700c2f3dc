// @module-tag proof
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

// Many starts of the command line.
vi.setConfig({ testTimeout: 300_000 });

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath(), OFFSHOOT_BASE: "false" });
});

afterAll(() => project.remove());

const LINE = /Whether a migration was left out was not checked, because (.*)\./g;

/** Why something was not checked, for each line that reports it, of a first and a second `migrate`. */
async function reasons(run: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  await project.offshoot(["up", "--run", run]);
  const found: (readonly string[])[] = [];
  for (let at = 0; at < 2; at += 1) {
    const { code, stderr } = await project.offshoot(["migrate", "--run", run, ...args], env);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    found.push([...stderr.matchAll(LINE)].map(([, why = ""]) => why));
  }
  return found;
}

const file = (table: string): string =>
  `module.exports = { client: "pg", connection: process.env.DATABASE_URL, migrations: { tableName: ${table} } };`;

test("a run reports in one line that a given command is not checked, only when it ran", async () => {
  const why = "offshoot does not know the version table of";
  expect(await reasons("argv", ["--", "true"])).toEqual([[`${why} the given command`], []]);
  expect(await reasons("shell", ["--set", "migrations.command=true"])).toEqual([[`${why} migrations.command`], []]);
});

test.runIf(REAL_TOOLS.some((tool) => tool.name === "knex" && isInstalled(tool)))(
  "a run reports a version table whose name is computed or not in this database, and nothing for one that was checked",
  async () => {
    await copyTool("knex", project.directory);
    expect(await reasons("checked")).toEqual([[], []]);
    await project.write("knexfile.cjs", file("process.env.TABLE ?? 'log'"));
    expect(await reasons("computed")).toEqual([["knexfile.cjs computes tableName"], []]);
    await project.write("knexfile.cjs", `${file("'log'")}\nmodule.exports.migrations["tableName"] = "other";`);
    expect(await reasons("elsewhere")).toEqual([["this database has no table log of knex"], []]);
  },
);

test("a tool that ends with status 0 and leaves a database without a table is a failed migration", async () => {
  await mkdir(join(project.directory, "empty/db/migrations"), { recursive: true });
  await mkdir(join(project.directory, "empty/bin"), { recursive: true });
  await project.write("empty/db/migrations/1_a.sql", "-- +goose Up\ncreate table a ();\n");
  await project.write("empty/bin/goose", "#!/bin/sh\nexit 0\n");
  await chmod(join(project.directory, "empty/bin/goose"), 0o755);
  const env = { PATH: `${join(project.directory, "empty/bin")}:${toolPath()}` };
  const directory = join(project.directory, "empty");
  await project.offshoot(["up", "--run", "empty"], env, directory);
  const { code, stderr } = await project.offshoot(["migrate", "--run", "empty"], env, directory);
  expect({ code, stderr }).toMatchObject({
    code: 11,
    stderr: expect.stringContaining("goose exited with status 0, but the database has no table after it."),
  });
});
