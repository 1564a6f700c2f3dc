// @module-tag proof
import { setTimeout as timer } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { testImage } from "../../support/docker.ts";
import { startMock } from "../../support/mock-server.ts";
import { hasRunners, type RunnerProject, runnerProject } from "../../support/runner-project.ts";

const IS_THERE = hasRunners("current");

async function expectNoDatabase(project: RunnerProject): Promise<void> {
  await expect.poll(() => project.databases(), { timeout: 30_000, interval: 200 }).toEqual([]);
}

/** A test file that says its round, after it has seen only the rows of the migrations and has added one. */
const ROUND = {
  vitest: (round: number) =>
    `import { expect, onTestFinished, test } from "vitest"; import { addNote, listNotes, pool } from "../src/notes.js";
test("round", async () => {
  expect(await listNotes()).toEqual(["from the migrations"]);
  await addNote("mine");
  await pool.end();
  process.stderr.write("\\nROUND ${round} ENDED\\n");
});\n`,
  jest: (round: number) =>
    `const { addNote, listNotes, pool } = require("../src/notes.js");
test("round", async () => {
  expect(await listNotes()).toEqual(["from the migrations"]);
  await addNote("mine");
  await pool.end();
  process.stderr.write("\\nROUND ${round} ENDED\\n");
});\n`,
};

test.skipIf(!IS_THERE).each([
  ["vitest", ["--watch", "test/round.test.js"]],
  ["jest", ["--watchAll", "test/round.test.js"]],
] as const)("%s in watch mode: each run starts with a fresh clone, and nothing is left at its end", async (runner, args) => {
  const project = await runnerProject(runner);
  await project.write("test/round.test.js", ROUND[runner](1));
  const running = project.start(args);
  for (const round of [1, 2, 3]) {
    const ended = running.until(`ROUND ${round} ENDED`).then(() => true);
    // A runner ignores a change while it works, so the file is written again until it runs.
    do await project.write("test/round.test.js", ROUND[runner](round));
    while (!(await Promise.race([ended, timer(3000, false)])));
    await expect(ended).resolves.toBe(true);
  }
  process.kill(-(running.child.pid ?? 0), "SIGINT");
  const { output } = await running.ended;
  // All runs share the database of the first one.
  expect(output.match(/offshoot: migrations /g)).toHaveLength(1);
  await expectNoDatabase(project);
});

test.skipIf(!IS_THERE)(
  "Playwright without a web server: each worker has a clone, and a test that is tried again gets a fresh one",
  async () => {
    const project = await runnerProject("playwright");
    await project.write(
      "playwright.config.js",
      `import { defineConfig } from "@playwright/test"; import { withDatabase } from "offshoot/playwright";
export default defineConfig(withDatabase({ testDir: "test", fullyParallel: true, retries: 1, workers: 2 }));\n`,
    );
    await project.write(
      "test/notes.spec.js",
      `import { expect, test } from "@playwright/test"; import { addNote, listNotes } from "../src/notes.js";
test("fails the first time", async ({}, { retry }) => {
  expect(await listNotes()).toEqual(["from the migrations"]);
  await addNote("mine");
  expect(retry).toBe(1);
});
test("runs beside it", async () => {
  expect(await listNotes()).toEqual(["from the migrations"]);
  await addNote("other");
});\n`,
    );
    const { code, output } = await project.run();
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/1 flaky[^]*1 passed/) });
    await expectNoDatabase(project);
  },
);

test.skipIf(!IS_THERE)("a test that Vitest tries again can start with a fresh clone", async () => {
  const project = await runnerProject("vitest");
  await project.write(
    "test/again.test.js",
    `import { beforeEach, expect, test } from "vitest"; import { database } from "offshoot/vitest"; import pg from "pg";
beforeEach(() => database.reset());
test("again", { retry: 1 }, async ({ task }) => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query("insert into note (text) values ('mine') returning (select count(*)::int from note) as n");
  await client.end();
  expect(rows).toEqual([{ n: 1 }]);
  expect(task.result.retryCount ?? 0).toBe(1);
});\n`,
  );
  const { code, output } = await project.run(["test/again.test.js"], { OFFSHOOT_KEEP_ON_FAILURE: "true" });
  expect({ code, output }).toMatchObject({ code: 0 });
  // It passed in the end, so its clone is not kept.
  expect(output).not.toContain("is kept until");
  await expectNoDatabase(project);
});

/** A test file that adds a row, and expects so many rows then. */
const addingFile = (
  title: string,
  expected: number,
) => `import { expect, test } from "vitest"; import { database } from "offshoot/vitest"; import pg from "pg";
test("${title}", async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query("insert into note (text) values ('${title}') returning (select count(*)::int from note) as n");
  await client.end();
  process.stderr.write("ROWS ${title} " + rows[0].n + " " + database.name + "\\n");
  expect(rows[0].n).toBe(${expected});
});\n`;

test.skipIf(!IS_THERE)("with a clone for each worker, the file after a failed test gets a fresh one", async () => {
  const project = await runnerProject("vitest");
  await project.write("test/k1.test.js", addingFile("k1", 1));
  await project.write("test/k2.test.js", addingFile("k2", -1));
  await project.write("test/k3.test.js", addingFile("k3", 1));
  await project.write(
    "vitest.config.js",
    `import { defineConfig } from "vitest/config"; import { offshoot } from "offshoot/vitest";
class Sorted { async shard(files) { return files; } async sort(files) { return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1)); } }
export default defineConfig({ plugins: [offshoot({ per: "worker", keepOnFailure: true })], test: { sequence: { sequencer: Sorted } } });\n`,
  );
  const { output } = await project.run(["--maxWorkers=1", "test/k"]);
  const rows = [...output.matchAll(/ROWS (k\d) (\d) (\S+)/g)].map(([, title, n, name]) => [title, n, name] as const);
  const [first, failed, next] = rows;
  expect({ output, rows: rows.map(([title, n]) => [title, n]) }).toMatchObject({
    rows: [
      ["k1", "1"],
      ["k2", "2"],
      ["k3", "1"],
    ],
  });
  expect([failed?.[2] === first?.[2], next?.[2] === first?.[2]]).toEqual([true, false]);
  expect(output).toContain(`The clone of the failed test "k2" is kept until`);
});

test.skipIf(!IS_THERE)(
  "in a test, drop() has no effect the second time, and a wrong argument of reset() is an error with a code",
  async () => {
    const project = await runnerProject("vitest");
    await project.write(
      "test/drop.test.js",
      `import { expect, test } from "vitest"; import { database } from "offshoot/vitest"; import { isOffshootError } from "offshoot"; import pg from "pg";
test("drops twice", async () => {
  const clone = await database.clone();
  await clone.drop();
  await clone.drop();
});
test.each([{ forse: true }, "x", { force: "no" }, null, []])("refuses %j", async (argument) => {
  await expect(database.reset(argument)).rejects.toMatchObject({ code: "USAGE", remedy: expect.stringContaining("reset({ force: true })") });
});
test("an open connection", async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const thrown = await database.reset().catch((failed) => failed);
  await client.end();
  expect([isOffshootError(thrown), thrown.code]).toEqual([true, "DATABASE_IN_USE"]);
  expect(thrown.message).toContain(thrown.remedy);
});\n`,
    );
    const { code, output } = await project.run(["test/drop.test.js"]);
    expect({ code, output }).toMatchObject({ code: 0 });
  },
);

test.skipIf(!IS_THERE)(
  "clones on Neon: two suites at once share the run's branch, and none is left",
  async () => {
    const mock = await startMock("--postgres", "--operation-time", "200");
    onTestFinished(async () => void (await mock.stop()));
    const project = await runnerProject("vitest");
    const own = { ...mock.env, NODE_EXTRA_CA_CERTS: mock.rootFile ?? "", OFFSHOOT_PROVIDER: "neon" };
    for (const { code, output } of await Promise.all([project.run([], own), project.run([], own)]))
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("neon database") });
    const { counts } = (await mock.control("GET", "calls")) as { counts: Record<string, Record<string, number>> };
    // The second suite has asked for the same branch, or waited for the deletion of the first one.
    expect(counts["POST /projects/{project_id}/branches"]?.["201"]).toBeLessThanOrEqual(2);
    await expect.poll(async () => (await mock.branches()).length, { timeout: 30_000, interval: 200 }).toBe(1);
  },
  300_000,
);

test.skipIf(!IS_THERE)("clones on Docker: the example passes, and no database is left", async () => {
  const image = await testImage(18);
  if (image === undefined) return;
  const project = await runnerProject("vitest");
  const own = { OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: image, OFFSHOOT_HOME: `${project.folder}/home` };
  const { code, output } = await project.run([], own);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("docker database") });
});

test.skipIf(!IS_THERE)("node:test in watch mode: each run starts with a fresh clone, and nothing is left at its end", async () => {
  const project = await runnerProject("node-test");
  await project.write(
    "test/round.test.js",
    `import { test } from "node:test"; import assert from "node:assert"; import { addNote, listNotes, pool } from "../src/notes.js";
test("round", async () => {
  assert.deepEqual(await listNotes(), ["from the migrations"]);
  await addNote("mine");
  await pool.end();
});\n`,
  );
  const running = project.start(["--watch", "test/round.test.js"]);
  await running.until("# pass 1");
  process.kill(-(running.child.pid ?? 0), "SIGINT");
  const { output } = await running.ended;
  expect(output).not.toContain("# fail 1");
  await expectNoDatabase(project);
});

test.skipIf(!IS_THERE)("Jest loads a global setup and teardown of the project with its transforms", async () => {
  const project = await runnerProject("jest");
  await project.write(
    "own.ts",
    'export default async (): Promise<void> => { process.stderr.write("OWN " + (process.env.DATABASE_URL !== undefined) + "\\n"); };\n',
  );
  await project.write(
    "transform.cjs",
    'exports.process = (text) => ({ code: text.replace("export default", "module.exports =").replace(": Promise<void>", "") });\n',
  );
  await project.write(
    "jest.config.js",
    `const { withDatabase } = require("offshoot/jest");
module.exports = withDatabase({
  globalSetup: "<rootDir>/own.ts", globalTeardown: "<rootDir>/own.ts", transform: { "\\\\.ts$": "<rootDir>/transform.cjs" },
});\n`,
  );
  const { code, output } = await project.run();
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output.match(/^OWN true$/gm)).toHaveLength(2);
  await expectNoDatabase(project);
});
