// @module-tag proof
import { expect, test, vi } from "vitest";
import { hasRunners, runnerProject, type RunnerProject } from "../../support/runner-project.ts";

vi.setConfig({ testTimeout: 300_000 });

const VERSIONS = ["current", "previous"] as const;

/** How many rows each file saw after its own, and the database of each. */
function rowsIn(output: string): readonly (readonly [title: string, rows: string, database: string])[] {
  return [...output.matchAll(/ROWS (k\d) (\d) (\S+)/g)].map(([, title = "", rows = "", name = ""]) => [title, rows, name] as const);
}

/** The kept clone of `k2`, whose test failed, has no row of a later test. */
async function expectKept(project: RunnerProject, output: string): Promise<void> {
  const rows = rowsIn(output);
  expect({ output, rows: rows.map(([title]) => title) }).toMatchObject({ rows: ["k1", "k2", "k3", "k4"] });
  const failed = rows[1]?.[2];
  expect(rows.slice(2).filter(([, , name]) => name === failed)).toEqual([]);
  expect(rows[2]?.[1]).toBe("1");
  expect(await project.databases()).toContain(failed);
}

const BODY = (title: string, fails: boolean): string => `
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query("insert into note (text) values ('${title}') returning (select count(*)::int from note) as n, current_database() as name");
  await client.end();
  process.stderr.write("ROWS ${title} " + rows[0].n + " " + rows[0].name + "\\n");
  ${fails ? 'throw new Error("on purpose");' : ""}`;

test.each(VERSIONS.flatMap((version) => [1, 2].map((workers) => [version, workers] as const)))(
  "with a clone for each worker, Jest (%s, %i workers) writes nothing into the clone of a failed file afterwards",
  async (version, workers) => {
    if (!hasRunners(version)) return;
    const project = await runnerProject("jest", version);
    for (const title of ["k1", "k2", "k3", "k4"]) {
      await project.write(
        `test/${title}.test.js`,
        `const pg = require("pg");\ntest("${title}", async () => {${BODY(title, title === "k2")}\n});\n`,
      );
    }
    await project.write(
      "sequencer.cjs",
      `module.exports = class { sort(tests) { return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1)); } cacheResults() {} allFailedTests(tests) { return tests; } shard(tests) { return tests; } };\n`,
    );
    await project.write(
      "jest.config.cjs",
      `const { withDatabase } = require("offshoot/jest"); module.exports = withDatabase({ testSequencer: "<rootDir>/sequencer.cjs" }, { per: "worker", keepOnFailure: true });\n`,
    );
    const { output } = await project.run(["--config", "jest.config.cjs", `--maxWorkers=${workers}`, "test/k"]);
    const rows = rowsIn(output);
    const failed = rows.find(([title]) => title === "k2");
    const after = rows.slice(rows.findIndex(([title]) => title === "k2") + 1);
    expect({ output, titles: rows.map(([title]) => title).toSorted() }).toMatchObject({ titles: ["k1", "k2", "k3", "k4"] });
    expect(after.filter(([, , name]) => name === failed?.[2])).toEqual([]);
    expect(output).toMatch(/The clone of the failed test .*k2.* is kept until/);
    expect(await project.databases()).toContain(failed?.[2]);
  },
);

test.each(VERSIONS)("Playwright (%s) writes nothing into the clone of a failed test afterwards", async (version) => {
  if (!hasRunners(version)) return;
  const project = await runnerProject("playwright", version);
  await project.write(
    "playwright.config.js",
    `import { defineConfig } from "@playwright/test"; import { withDatabase } from "offshoot/playwright";
export default defineConfig(withDatabase({ testDir: "test", workers: 1 }, { keepOnFailure: true }));\n`,
  );
  const titles = ["k1", "k2", "k3", "k4"];
  const tests = titles.map((title) => `test("${title}", async ({ database }) => {${BODY(title, title === "k2")}\n});`).join("\n");
  await project.write(
    "test/kept.spec.js",
    `import { test as base } from "@playwright/test"; import { databaseFixtures } from "offshoot/playwright"; import pg from "pg";
const test = base.extend(databaseFixtures);\n${tests}\n`,
  );
  const { output } = await project.run(["kept"]);
  expect(output).toMatch(/The clone of the failed test .*k2.* is kept until/);
  await expectKept(project, output);
});
