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

/** Two files: five tests fail in the first one, and one in a group of the second one. */
const FAILING: Readonly<Record<string, (body: string) => string>> = {
  vitest: (body) => `import { describe, test } from "vitest";\n${body}`,
  jest: (body) => body,
  "node-test": (body) => `import { describe, test } from "node:test";\n${body}`,
};
const fails = (title: string): string => `test(${JSON.stringify(title)}, () => { throw new Error("on purpose"); });\n`;

test.each(["vitest", "jest", "node-test"] as const)("%s names the failed tests of each kept clone", async (runner) => {
  if (!hasRunners("current")) return;
  const project = await runnerProject(runner);
  const header = FAILING[runner] ?? String;
  await project.write("test/many.test.js", header(`test("passes", () => {});\n${["a", "b", "c", "d", "e"].map(fails).join("")}`));
  await project.write("test/one.test.js", header(`describe("notes", () => { ${fails("are added")} });\n`));
  const { output } = await project.run([], { OFFSHOOT_KEEP_ON_FAILURE: "true" });
  const lines = output.matchAll(/The clone of (the failed tests? .*?) is kept until .*npx offshoot clone (\S+) /g);
  const kept = [...lines].map(([, tests = "", name = ""]) => ({ tests, name }));
  const one = runner === "node-test" ? "are added" : "notes are added";
  expect({ output, kept: kept.map(({ tests }) => tests).toSorted() }).toMatchObject({
    kept: [`the failed test "${one}"`, 'the failed tests "a", "b", "c" and 2 more'],
  });
  expect(new Set(kept.map(({ name }) => name)).size).toBe(2);
  const key = /--run '?([^ ')]+)/.exec(output)?.[1] ?? "";
  const { stderr } = await project.offshoot("clone", "--list");
  expect(stderr).toContain(`npx offshoot clone --list --run ${key}`);
  const { stdout } = await project.offshoot("clone", "--list", "--run", key, "--json");
  const { clones } = JSON.parse(stdout) as { readonly clones: readonly { readonly name: string; readonly kept: boolean }[] };
  expect(
    clones
      .filter((clone) => clone.kept)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(kept.map(({ name }) => name).toSorted());
});

test("Playwright names at the end all tests that failed in the clone of its web server", async () => {
  if (!hasRunners("current")) return;
  const project = await runnerProject("playwright");
  const tests = ["a", "b", "c", "d"].map((title) => `test("${title}", async ({ database }) => { throw new Error("on purpose"); });\n`);
  await project.write(
    "test/failing.spec.js",
    `import { test as base } from "@playwright/test"; import { databaseFixtures } from "offshoot/playwright";
const test = base.extend(databaseFixtures);\ntest.describe("notes", () => {\n${tests.join("")}});\n`,
  );
  const { output } = await project.run(["failing", "--workers=1"], { OFFSHOOT_KEEP_ON_FAILURE: "true" });
  const [, name = ""] = /The clone of the failed test "notes a" is kept until .*npx offshoot clone (\S+) /.exec(output) ?? [];
  expect({ output, name }).toMatchObject({ name: expect.stringMatching(/^\w+-\d+$/) });
  expect(output.match(/is kept until/g)).toHaveLength(1);
  expect(output).toContain(`The kept clone ${name} is the one of the failed tests "notes a", "notes b", "notes c" and 1 more.`);
});
