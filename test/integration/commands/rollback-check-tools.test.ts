// @module-tag proof
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { addMigration } from "../../support/added-migration.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

/** These tools have no rollback. */
const WITHOUT_ROLLBACK: readonly string[] = ["drizzle", "graphile-migrate", "payload", "supabase"];

/** The rollback of this migration leaves an index behind, so the second run of it fails or the schema differs. */
const LOSSY = {
  up: "create table shop as select 1 as id, 2 as room; create index books_by_author on books (author)",
  down: "drop table shop; drop index books_by_author; create index shop_left on books (author)",
};

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath() });
});

afterEach(async () => {
  for (const name of await readdir(project.directory)) await rm(join(project.directory, name), { recursive: true, force: true });
});

afterAll(() => project.remove());

interface Checked {
  readonly steps: readonly { readonly step: string; readonly verdict: string; readonly lost: readonly { readonly object: string }[] }[];
}

for (const { name } of REAL_TOOLS.filter((tool) => !WITHOUT_ROLLBACK.includes(tool.name)).filter(isInstalled)) {
  test(
    `${name} runs the newest migrations up, down and up, and a rollback that leaves an index is found`,
    { timeout: 600_000 },
    async () => {
      await copyTool(name, project.directory);
      const column = name === "rails" ? "author_id" : "author";
      const adapted = (sql: string): string => sql.replaceAll("(author)", `(${column})`);
      await addMigration(name, project.directory, { up: adapted(LOSSY.up), down: adapted(LOSSY.down) });
      const { code, stdout, stderr } = await project.offshoot(["rollback-check", "--json", "--last", "2"]);
      expect({ code, stderr }).toMatchObject({ code: 10 });
      const { steps } = JSON.parse(stdout) as Checked;
      expect(steps.map(({ verdict }) => verdict)).toEqual(["identical", "lossy"]);
      expect(steps[1]?.lost.map(({ object }) => object)).toEqual(["public.shop_left"]);
    },
  );
}

test.each(WITHOUT_ROLLBACK)("%s is refused, because it has no rollback", async (name) => {
  await copyTool(name, project.directory);
  const { code, stderr } = await project.offshoot(["rollback-check"]);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`The migration tool ${name} cannot apply or roll back single migrations.`),
  });
});
