// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { withSession } from "../../support/session.ts";
import { hasRunners, type Runner, runnerProject, type Version } from "../../support/runner-project.ts";

vi.setConfig({ testTimeout: 120_000 });

const RUNNERS = ["vitest", "jest", "node-test", "playwright"] as const satisfies readonly Runner[];

/** The beginning of a test file, which fails in no test of its own. */
const HEAD: Readonly<Record<(typeof RUNNERS)[number], string>> = {
  vitest: `import { afterAll, beforeAll, describe, test } from "vitest"; import pg from "pg";`,
  jest: `const pg = require("pg");`,
  "node-test": `import { after as afterAll, before as beforeAll, describe, test } from "node:test"; import pg from "pg";`,
  playwright: `import { test } from "@playwright/test"; import pg from "pg"; const { afterAll, beforeAll, describe } = test;`,
};

const SEED = `async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query("insert into note (text) values ('of the seed')");
  await client.end();
  throw new Error("on purpose");
}`;

const PLACES = {
  beforeAll: `describe("notes", () => { beforeAll(${SEED}); test("is empty", () => {}); });`,
  afterAll: `describe("notes", () => { afterAll(${SEED}); test("is empty", () => {}); });`,
  // CommonJS, such as of Jest, cannot wait at the top of a file.
  import: `test("is empty", () => {}); throw new Error("on purpose");`,
} as const;

const CASES = RUNNERS.flatMap((runner) =>
  (["current", "previous"] as const)
    .filter((version) => runner !== "node-test" || version === "current")
    .flatMap((version) =>
      (Object.keys(PLACES) as (keyof typeof PLACES)[])
        // Playwright starts no worker when a file cannot be loaded.
        .filter((place) => runner !== "playwright" || place !== "import")
        .map((place) => [runner, version, place] as [Runner & keyof typeof HEAD, Version, keyof typeof PLACES]),
    ),
);

test.each(CASES)("%s (%s) keeps the clone of a file that fails in %s, with its rows", async (runner, version, place) => {
  if (!hasRunners(version)) return;
  const project = await runnerProject(runner, version);
  if (runner === "playwright") {
    await project.write(
      "playwright.config.js",
      `import { defineConfig } from "@playwright/test"; import { withDatabase } from "offshoot/playwright";
export default defineConfig(withDatabase({ testDir: "test", workers: 1 }));\n`,
    );
  }
  const file = `test/hook.${runner === "playwright" ? "spec" : "test"}.js`;
  await project.write(file, `${HEAD[runner]}\n${PLACES[place]}\n`);
  const { code, output } = await project.run([file], { OFFSHOOT_KEEP_ON_FAILURE: "true" });
  expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("on purpose") });
  const lines = [...output.matchAll(/The clone of the failed (.*?) is kept until .*npx offshoot clone (\S+) --run '?([^ ')]+)/g)];
  expect({ output, kept: lines.map(([, failed]) => failed) }).toEqual({
    output,
    kept: [expect.stringMatching(/^test file "test\/hook\.\w+\.js"$|^test ".*is empty"$/)],
  });
  const [, , name = "", run = ""] = lines[0] ?? [];
  const url = (await project.offshoot("clone", name, "--run", run)).stdout.trim();
  const rows = await withSession(url, (session) => session.query("select text from note order by id"));
  expect(rows.map(({ text }) => text)).toEqual(["from the migrations", ...(place === "import" ? [] : ["of the seed"])]);
});

test.each(["beforeAll", "import", "test"] as const)("node without --test keeps the clone of a file that fails in %s", async (place) => {
  if (!hasRunners("current")) return;
  const project = await runnerProject("node-test");
  const body = place === "test" ? `test("fails", ${SEED});` : PLACES[place];
  await project.write("own.js", `${HEAD["node-test"]}\n${body}\n`);
  const running = promisify(execFile)(process.execPath, ["--import", "offshoot/node-test", "own.js"], {
    cwd: project.folder,
    env: { ...project.env, OFFSHOOT_KEEP_ON_FAILURE: "true" },
  });
  const { stdout, stderr } = await running.catch((thrown: { stdout: string; stderr: string }) => thrown);
  const failed = place === "test" ? 'test "fails"' : 'test file "own.js"';
  expect(stdout + stderr).toContain(`The clone of the failed ${failed} is kept until`);
  await expect.poll(() => project.databases(), { timeout: 20_000 }).toHaveLength(1);
});
