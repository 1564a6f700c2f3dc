// @module-tag proof
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { addMigration } from "../../support/added-migration.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { OWN_WORDS } from "../../support/own-words.ts";
import { withSession } from "../../support/session.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

/** The default is computed for each of 30 rows, so that readers wait for at least 600 ms. */
const SLOW = {
  up: "alter table books add column code text default pg_sleep(0.02)::text",
  down: "alter table books drop column code",
};
/** There are rows with this title already. */
const FAILING = { up: "alter table books add constraint one_title unique (title)", down: "alter table books drop constraint one_title" };
const WRONG = { up: "alter table shelves add column code text", down: "select 1" };

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath() });
});

afterEach(async () => {
  for (const name of await readdir(project.directory)) await rm(join(project.directory, name), { recursive: true, force: true });
});

afterAll(() => project.remove());

/** The sample project of a tool, whose database is migrated and has rows. */
async function prepare(tool: string): Promise<void> {
  await copyTool(tool, project.directory);
  const up = await project.offshoot(["up", "--migrate", "--run", tool, "--json"]);
  expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0 });
  const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse((await project.offshoot(["env", "--run", tool, "--json"])).stdout) as Record<
    string,
    string
  >;
  const author = tool === "rails" ? "author_id" : "author";
  await withSession(url, (session) =>
    session.query(
      `with one as (insert into authors (name) values ('Jane') returning id) insert into books (${author}, title) select id, 'Emma' from one, generate_series(1, 30)`,
    ),
  );
}

async function rehearse(tool: string): Promise<{ readonly code: number | null; readonly result: Rehearsal }> {
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--run", tool, "--json", "--no-alternatives"]);
  expect({ code, stderr }).toMatchObject({ code: 10 });
  return { code, result: JSON.parse(stdout) as Rehearsal };
}

for (const { name } of REAL_TOOLS.filter(isInstalled)) {
  test(`${name}: a statement that blocks readers is found with its migration, its file and its line`, { timeout: 180_000 }, async () => {
    await prepare(name);
    const file = await addMigration(name, project.directory, SLOW);
    const { result } = await rehearse(name);
    expect(result.migrations).toHaveLength(1);
    const serious = result.findings.filter(({ severity }) => severity === "error" || severity === "warning");
    expect(serious.map(({ code, object, at }) => [code, object.name, at?.file])).toEqual([["reads-blocked", "public.books", file]]);
    const [finding] = serious;
    const lines = (await readFile(join(project.directory, file), "utf8")).split("\n");
    expect(lines[(finding?.at?.line ?? 0) - 1]).toContain("alter table books add column code");
    expect(result.tables.find(({ table }) => table === "public.books")).toMatchObject({
      strongestLock: "ACCESS EXCLUSIVE",
      rewritten: true,
    });
    await project.offshoot(["down", "--run", name]);
  });

  test(`${name}: a migration that fails on the rows that exist is found with its file`, { timeout: 180_000 }, async () => {
    await prepare(name);
    const file = await addMigration(name, project.directory, FAILING);
    const { result } = await rehearse(name);
    expect(result.findings.filter(({ severity }) => severity === "error").map(({ code, at }) => [code, at?.file])).toEqual([
      ["fails-on-data", file],
    ]);
    expect(JSON.stringify(result)).not.toContain("Emma");
    await project.offshoot(["down", "--run", name]);
  });

  test(`${name}: a migration that fails after others of the same rehearsal is found with its file`, { timeout: 180_000 }, async () => {
    await copyTool(name, project.directory);
    const file = await addMigration(name, project.directory, WRONG);
    const { result } = await rehearse(name);
    expect(result.findings.filter(({ severity }) => severity === "error").map(({ code, at }) => [code, at?.file])).toEqual([
      ["migration-fails", file],
    ]);
  });
}

for (const { name } of REAL_TOOLS.filter((tool) => OWN_WORDS[tool.name] !== undefined && isInstalled(tool))) {
  test(`${name}: a statement that the tool makes has the line with the name of its column`, { timeout: 180_000 }, async () => {
    await prepare(name);
    const file = await addMigration(name, project.directory, SLOW);
    const text = OWN_WORDS[name] ?? "";
    await writeFile(join(project.directory, file), text);
    const { stdout } = await project.offshoot(["rehearse", "--run", name, "--json", "--no-alternatives"]);
    const { findings } = JSON.parse(stdout) as Rehearsal;
    const line = text.split("\n").findLastIndex((each) => /isbn.*text|text.*isbn/i.test(each)) + 1;
    expect(findings.map(({ code, at }) => [code, at])).toEqual([["lock-without-timeout", { file, line }]]);
    await project.offshoot(["down", "--run", name]);
  });
}
