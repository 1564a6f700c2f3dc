import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { hasRunners, type Runner, runnerProject, type RunnerProject, type Version } from "../../support/runner-project.ts";
import { findPeer } from "../../support/peers.ts";

const JS: readonly Runner[] = ["vitest", "jest", "playwright", "node-test"];
const VERSIONS = (["current", "previous"] as const).filter(hasRunners);
const ALL = JS.flatMap((runner) =>
  VERSIONS.filter((version) => runner !== "node-test" || version === "current").map((version) => [runner, version] as const),
);
const CURRENT = ALL.filter(([, version]) => version === "current").map(([runner]) => runner);

/** Flags with which a runner uses two workers. */
const TWO_WORKERS: Partial<Record<Runner, readonly string[]>> = {
  vitest: ["--maxWorkers=2", "--minWorkers=2"],
  jest: ["--maxWorkers=2"],
  playwright: ["--workers=2"],
  "node-test": [],
};

const twoWorkers = (runner: Runner, version: Version = "current"): readonly string[] =>
  (TWO_WORKERS[runner] ?? []).filter((flag) => version === "previous" || flag !== "--minWorkers=2");

/** The databases are deleted by another process, moments after a runner was killed. */
async function expectNoDatabase(project: RunnerProject): Promise<void> {
  await expect.poll(() => project.databases(), { timeout: 30_000, interval: 200 }).toEqual([]);
}

describe.each(ALL)("the example for %s (%s)", { tags: "proof" }, (runner, version) => {
  test("passes in parallel on clones, and leaves no database", async () => {
    const project = await runnerProject(runner, version);
    const { code, output } = await project.run(twoWorkers(runner, version));
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/offshoot: migrations (ran|had already run)/);
    await expectNoDatabase(project);
  });
});

/** A test file that says its process and database, and then waits until it is killed. */
const WAITING: Readonly<Record<string, readonly [string, string]>> = {
  vitest: ["test/wait.test.js", `import { test } from "vitest";`],
  jest: ["test/wait.test.js", ""],
  playwright: ["test/wait.spec.js", `import { test } from "@playwright/test";`],
  "node-test": ["test/wait.test.js", `import { test } from "node:test";`],
};

const writeWaiting = async (project: RunnerProject, runner: Runner): Promise<void> => {
  const [file, head] = WAITING[runner] ?? ["", ""];
  const wait = `process.stderr.write("WAITING " + process.env.DATABASE_URL + "\\n"); await new Promise((done) => setTimeout(done, 60000));`;
  await project.write(file, `${head}\ntest("waits", async () => { ${wait} }, 70000);\n`);
};

describe.each(CURRENT)("%s", { tags: "proof" }, (runner) => {
  test.each(["SIGKILL", "SIGINT"] as const)("leaves no database after %s", async (signal) => {
    const project = await runnerProject(runner);
    await writeWaiting(project, runner);
    const running = project.start(twoWorkers(runner));
    await expect.poll(async () => (await project.databases()).length, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(3);
    // A terminal signals the whole group on Ctrl-C. The killed runner leaves its workers, as the kernel does when memory ends.
    if (signal === "SIGINT") process.kill(-(running.child.pid ?? 0), signal);
    else running.child.kill(signal);
    await expectNoDatabase(project);
    try {
      process.kill(-(running.child.pid ?? 0), "SIGKILL");
    } catch {
      // All processes of the group have ended.
    }
    await running.ended;
  });

  test("shows why the migrations failed, and leaves no database", async () => {
    const project = await runnerProject(runner);
    await project.write("migrations/0002_wrong.sql", "alter table nots add column a int;\n");
    const { code, output } = await project.run();
    expect(code).not.toBe(0);
    expect(output).toContain('relation "nots" does not exist');
    // A line of the bundle has thousands of characters.
    expect(Math.max(...output.split("\n").map(({ length }) => length))).toBeLessThan(1000);
    await expectNoDatabase(project);
  });
});

const FAILING: Readonly<Record<string, readonly [string, string]>> = {
  vitest: [
    "test/fails.test.js",
    `import { expect, test } from "vitest"; import { addNote, pool } from "../src/notes.js";
     test("fails", async () => { await addNote("kept"); await pool.end(); expect(1).toBe(2); });`,
  ],
  jest: [
    "test/fails.test.js",
    `const { addNote, pool } = require("../src/notes");
     test("fails", async () => { await addNote("kept"); await pool.end(); expect(1).toBe(2); });`,
  ],
  "node-test": [
    "test/fails.test.js",
    `import { test } from "node:test"; import assert from "node:assert"; import { addNote, pool } from "../src/notes.js";
     test("fails", async () => { await addNote("kept"); await pool.end(); assert.equal(1, 2); });`,
  ],
  playwright: [
    "test/fails.spec.js",
    `import { test as base, expect } from "@playwright/test"; import { databaseFixtures } from "offshoot/playwright";
     import { addNote } from "../src/notes.js";
     const test = base.extend(databaseFixtures);
     test("fails", async () => { await addNote("kept"); expect(1).toBe(2); });`,
  ],
};

test.each(CURRENT)("%s keeps the clone of a failed test and prints how to open it", { tags: "proof" }, async (runner) => {
  if (findPeer("psql") === undefined) return;
  const project = await runnerProject(runner);
  const [file, text] = FAILING[runner] ?? ["", ""];
  await project.write(file, text);
  const { code, output } = await project.run([], { OFFSHOOT_KEEP_ON_FAILURE: "true" });
  expect(code).not.toBe(0);
  const [, command = ""] = /is kept until [-\d]+ [\d:]+ UTC: (url=\$\(.*\) && psql "\$url")/.exec(output) ?? [];
  expect({ command, output }).toMatchObject({ command: expect.stringContaining("psql") });
  await expect.poll(async () => (await project.databases()).length, { timeout: 20_000 }).toBe(1);
  const shown = await promisify(execFile)(
    "bash",
    ["-c", `${command.replace("npx offshoot", "offshoot")} -Atc "select text from note order by id"`],
    {
      cwd: project.folder,
      env: project.env,
    },
  );
  expect(shown.stdout).toContain("from the migrations\nkept\n");
  const key = /--run '?([^ ')]+)/.exec(command)?.[1] ?? "";
  await project.offshoot("down", "--run", key);
  expect(await project.databases()).toEqual([]);
});

test.skipIf(CURRENT.length === 0)(
  "three test runs at once in one checkout share a database and disturb none",
  { tags: "proof" },
  async () => {
    const project = await runnerProject("vitest");
    const ended = await Promise.all([project.run(), project.run(), project.run()]);
    for (const { code, output } of ended) expect({ code, output }).toMatchObject({ code: 0 });
    await expectNoDatabase(project);
  },
);

test.skipIf(CURRENT.length === 0)(
  "a Vitest project without the plugin gets a URL whose host says what to do",
  { tags: "proof" },
  async () => {
    const project = await runnerProject("vitest");
    await project.write(
      "vitest.config.js",
      `import { offshoot } from "offshoot/vitest"; import { defineConfig } from "vitest/config";
     export default defineConfig({ test: { projects: [
       { plugins: [offshoot()], test: { name: "with", include: ["test/add.test.js"], env: { DATABASE_URL: "postgresql://dotenv@prod.invalid/prod" } } },
       { test: { name: "without", include: ["test/empty.test.js"] } } ] } });`,
    );
    const { code, output } = await project.run();
    expect(code).toBe(1);
    expect(output).toContain("ENOTFOUND add-the-plugin-of-offshoot-vitest-to-this-project.invalid");
    expect(output).toMatch(/1 failed.*1 passed/s);
    await expectNoDatabase(project);
  },
);

describe("the hooks for other languages", { tags: "proof" }, () => {
  test("pytest-xdist: four workers have a clone each, and no database is left", async () => {
    if (findPeer("pytest-xdist") === undefined) return;
    const project = await runnerProject("pytest");
    const { stdout } = await project.offshoot("run", "--", "/usr/bin/python3", "-m", "pytest", "-n", "4", "-p", "no:cacheprovider");
    expect(stdout).toContain("5 passed");
    await expectNoDatabase(project);
  });

  test("two shards of one run have clones of their own, although their workers have the same names", async () => {
    if (findPeer("pytest-xdist") === undefined) return;
    const project = await runnerProject("pytest");
    const shard = () =>
      project.offshoot("run", "--run", "shards", "--", "/usr/bin/python3", "-m", "pytest", "-n", "2", "-p", "no:cacheprovider");
    for (const { stdout } of await Promise.all([shard(), shard()])) expect(stdout).toContain("5 passed");
    await expectNoDatabase(project);
  });

  test("RSpec has a clone, and no database is left", async () => {
    if (findPeer("rspec") === undefined) return;
    const project = await runnerProject("rspec");
    const { stdout } = await project.offshoot("run", "--", "rspec");
    expect(stdout).toContain("2 examples, 0 failures");
    await expectNoDatabase(project);
  });
});
