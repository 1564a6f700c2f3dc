import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { withSession } from "../../../src/postgres/connect.ts";
import { readLedger } from "../../../src/tools/ledger.ts";
import { repositoryIn } from "../../../src/tools/repository.ts";
import { requireTool } from "../../../src/tools/detect.ts";
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

/** What a command that must succeed prints as JSON. */
async function told<Answer>(run: string, ...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await project.offshoot([...args, "--run", run, "--json"]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Answer;
}

for (const tool of REAL_TOOLS.filter(isInstalled)) {
  test(`${tool.name} is detected and migrates without configuration, and its version table then holds what is newest`, async () => {
    await copyTool(tool.name, project.directory);
    const { migrations } = await told<{ migrations: object }>(tool.name, "doctor");
    expect(migrations).toMatchObject({ tool: tool.name, evidence: tool.evidence, heads: [tool.head] });

    await told(tool.name, "up");
    expect(await told(tool.name, "migrate")).toMatchObject({ state: "ran" });
    expect(await told(tool.name, "migrate")).toMatchObject({ state: "already" });

    const { DATABASE_URL_UNPOOLED: url } = await told<{ DATABASE_URL_UNPOOLED: string }>(tool.name, "env");
    const { ledger } = await requireTool(tool.name, repositoryIn(project.directory));
    await withSession(url, async (session) => {
      expect((await readLedger(session, ledger))?.toSorted()).toEqual(tool.recorded.toSorted());
      expect(await session.query("select tablename from pg_tables where tablename in ('authors', 'books') order by 1")).toEqual([
        { tablename: "authors" },
        { tablename: "books" },
      ]);
      expect(await session.query("select indisvalid from pg_index where indexrelid = 'books_by_title'::regclass")).toEqual([
        { indisvalid: true },
      ]);
    });
    await told(tool.name, "down");
  });
}
