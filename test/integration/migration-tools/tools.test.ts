import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { withSession } from "../../support/session.ts";
import { readVersionTable } from "../../../src/migration-tools/version-table.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath() });
});

afterEach(async () => {
  for (const name of await readdir(project.directory)) await rm(join(project.directory, name), { recursive: true, force: true });
});

afterAll(() => project.remove());

/** Runs a command that must succeed, and returns its JSON output. */
async function outputOf<Answer>(run: string, ...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await project.offshoot([...args, "--run", run, "--json"]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Answer;
}

for (const tool of REAL_TOOLS.filter(isInstalled)) {
  test(
    `${tool.name} is detected and migrates without configuration, and its version table contains the newest revision`,
    { tags: "proof" },
    async () => {
      await copyTool(tool.name, project.directory);
      const { migrations } = await outputOf<{ migrations: object }>(tool.name, "doctor");
      expect(migrations).toMatchObject({ tool: tool.name, evidence: tool.evidence, heads: [tool.head] });

      await outputOf(tool.name, "up");
      expect(await outputOf(tool.name, "migrate")).toMatchObject({ state: "ran" });
      expect(await outputOf(tool.name, "migrate")).toMatchObject({ state: "already" });

      const { DATABASE_URL_UNPOOLED: url } = await outputOf<{ DATABASE_URL_UNPOOLED: string }>(tool.name, "env");
      const { versionTable } = await requireTool(tool.name, repositoryIn(project.directory));
      await withSession(url, async (session) => {
        expect((await readVersionTable(session, versionTable))?.toSorted()).toEqual(tool.recorded.toSorted());
        expect(await session.query("select tablename from pg_tables where tablename in ('authors', 'books') order by 1")).toEqual([
          { tablename: "authors" },
          { tablename: "books" },
        ]);
        expect(await session.query("select indisvalid from pg_index where indexrelid = 'books_by_title'::regclass")).toEqual([
          { indisvalid: true },
        ]);
      });
      await outputOf(tool.name, "down");
    },
  );
}

test("several heads are an error that names them, before anything runs", async () => {
  await copyTool("alembic", project.directory);
  const books = await readFile(join(project.directory, "migrations/versions/books.py"), "utf8");
  await project.write("migrations/versions/shelves.py", books.replace('revision = "r2"', 'revision = "r2b"'));
  const { code, stderr } = await project.offshoot(["migrate", "--run", "heads"]);
  expect(code).toBe(2);
  expect(stderr).toContain("several heads: shelves, titles");
  expect(stderr).toContain("alembic merge heads");
});

test("two tools in one folder are an error that names both, unless one is set", async () => {
  await copyTool("knex", project.directory);
  await project.write("sqitch.plan", "%project=sample\n");
  const { code, stderr } = await project.offshoot(["migrate", "--run", "two"]);
  expect(code).toBe(2);
  expect(stderr).toContain("knex (knexfile.cjs) and sqitch (sqitch.plan)");
  const { stdout } = await project.offshoot(["doctor", "--json"], { OFFSHOOT_MIGRATIONS_TOOL: "knex" });
  expect(JSON.parse(stdout)).toMatchObject({ migrations: { tool: "knex", command: "knex migrate:latest --knexfile knexfile.cjs" } });
});

test.runIf(REAL_TOOLS.some((tool) => tool.name === "alembic" && isInstalled(tool)))(
  "a tool that succeeds but leaves more than the heads in its version table is a failed migration",
  async () => {
    await copyTool("alembic", project.directory);
    const script = await readFile(join(project.directory, "migrations/env.py"), "utf8");
    const insert = "insert into alembic_version values ('r1')";
    await project.write("migrations/env.py", `${script}with engine.begin() as connection:\n    connection.exec_driver_sql("${insert}")\n`);
    await outputOf("surplus", "up");
    const { code, stderr } = await project.offshoot(["migrate", "--run", "surplus"]);
    expect(code).toBe(11);
    expect(stderr).toContain("r1 unexpected");
    await outputOf("surplus", "down");
  },
);
