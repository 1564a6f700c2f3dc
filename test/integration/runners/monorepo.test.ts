// @module-tag proof
import { expect, test } from "vitest";
import { hasRunners, runnerProject } from "../../support/runner-project.ts";

const PLUGIN = `import { offshoot } from "offshoot/vitest";\nimport { defineConfig } from "vitest/config";\n`;

const testOf = (column: string): string => `
import pg from "pg";
import { expect, test } from "vitest";
test("has the table of its own package", async () => {
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  const { rows } = await client.query("select column_name from information_schema.columns where table_name = 'note'");
  await client.end();
  expect(rows).toEqual([{ column_name: "${column}" }]);
});
`;

test.skipIf(!hasRunners("current"))("packages of a monorepo with configurations of their own have a database each", async () => {
  const project = await runnerProject("vitest");
  await project.write(".git/HEAD", "ref: refs/heads/main\n");
  for (const [name, column] of [
    ["billing", "amount"],
    ["shop", "title"],
  ] as const) {
    const folder = `packages/${name}`;
    await project.write(`${folder}/offshoot.yaml`, "migrations:\n  tool: sql\n");
    await project.write(`${folder}/migrations/001_note.sql`, `create table note (${column} text);\n`);
    await project.write(
      `${folder}/vitest.config.js`,
      `${PLUGIN}export default defineConfig({ plugins: [offshoot()], test: { name: "${name}" } });\n`,
    );
    await project.write(`${folder}/test/note.test.js`, testOf(column));
  }
  await project.write("vitest.config.js", 'export default { test: { projects: ["packages/*"] } };\n');
  const { code, output } = await project.run();
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/Tests +2 passed/) });
  await expect.poll(() => project.databases(), { timeout: 30_000, interval: 200 }).toEqual([]);
});
