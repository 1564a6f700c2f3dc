import { chmod, mkdir, mkdtemp, readFile, rm, watch, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { withSession } from "../../../src/postgres/connect.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import type { GithubEvent } from "../../../mocks/actions/event.ts";
import type { Results } from "../../../mocks/actions/graph.ts";
import { installedPath } from "../../../mocks/actions/installed.ts";
import type { WorkflowRun } from "../../../mocks/actions/run.ts";
import { runWorkflow } from "../../../mocks/actions/workflow.ts";
import { startServer } from "../../support/server.ts";
import { ciFixture } from "../../unit/ci/fixture.ts";

vi.setConfig({ testTimeout: 240_000 });

const ROOT = new URL("../../../", import.meta.url);

/** What a repository needs for the page's workflows: a lock file, a migration, and a test that writes into its table. */
const PROJECT = {
  "package.json": JSON.stringify({ name: "shop", version: "1.0.0", type: "module", scripts: { test: "node test.js" } }),
  "package-lock.json": JSON.stringify({ name: "shop", version: "1.0.0", lockfileVersion: 3, packages: {} }),
  "migrations/001_books.sql": "create table books (title text not null);",
  "test.js": `import { writeFileSync } from "node:fs";
import { Client } from "pg";
const client = new Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query("insert into books values ($1)", [process.argv[2] ?? "all"]);
const { rows } = await client.query("select count(*)::int as books from books");
console.log("books:", rows[0].books);
await client.end();
if (process.env.MIDDLE) {
  writeFileSync(process.env.MIDDLE + "/here", "");
  setInterval(() => undefined, 1000);
}`,
};

let folder: string;
let repository: string;
let path: string;
let workflows: ReadonlyMap<string, string>;
let mock: MockServer;
let runs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-page-"));
  // The server of a service runs as another user, who reads its settings there.
  await chmod(folder, 0o755);
  path = await installedPath(folder);
  repository = join(folder, "repository");
  await mkdir(join(repository, "migrations"), { recursive: true });
  for (const [name, text] of Object.entries(PROJECT)) await writeFile(join(repository, name), text);
  const page = await readFile(new URL("docs/ci/github-actions.md", ROOT), "utf8");
  const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```/gm)].map((match) => match[1] ?? "");
  workflows = new Map(blocks.map((block) => [String((parse(block) as { name?: string }).name), block]));
  mock = await startMock("--postgres");
});

afterAll(async () => {
  await mock.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a workflow of the page on an event, in the project above. */
function run(name: string, event = "push", more: Partial<WorkflowRun> = {}): Promise<Results> {
  const { env, payload } = ciFixture(`github/${event}`) as GithubEvent;
  runs += 1;
  return runWorkflow({
    yaml: workflows.get(name) ?? "",
    repository,
    event: { env: { ...env, GITHUB_RUN_ID: String(5000 + runs), GITHUB_API_URL: "http://127.0.0.1:9" }, payload },
    secrets: { NEON_API_KEY: mock.apiKey },
    vars: { NEON_PROJECT_ID: mock.projectId },
    // All jobs here would share one Docker engine.
    env: (_job, machine) => ({
      PATH: path,
      OFFSHOOT_HOME: join(machine, "offshoot"),
      NEON_API_HOST: mock.url,
      OFFSHOOT_PROVIDER: "neon,embedded",
    }),
    ...more,
  });
}

function expectEnds(results: Results, wanted: Readonly<Record<string, string>>): void {
  const surprises = Object.entries(results).flatMap(([name, { result, log }]) =>
    result === wanted[name] ? [] : [`${name}: ${result}\n${log}`],
  );
  expect(surprises).toEqual([]);
  expect(Object.keys(results).toSorted()).toEqual(Object.keys(wanted).toSorted());
}

async function branches(): Promise<readonly string[]> {
  const state = (await mock.control("GET", "state")) as { branches: { name: string; deleted: boolean }[] };
  return state.branches.filter(({ name, deleted }) => !deleted && name.startsWith("offshoot/")).map(({ name }) => name);
}

test("the first workflow tests on a branch of its own and removes it", async () => {
  const results = await run("Test");
  expectEnds(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/neon database offshoot\/acme\/shop\/run-\d+ created[^]*\nbooks: 1/);
  expect(await branches()).toEqual([]);
});

test("for a fork the first workflow does the same on a local Postgres, and says why", async () => {
  const results = await run("Test", "fork-pull-request");
  expectEnds(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/NEON_API_KEY[^]*embedded database[^]*\nbooks: 1/);
  expect(results["test"]?.orphans).toEqual([]);
});

/** Runs a workflow and cancels it in the middle of its tests. */
async function runCancelled(yaml: string, more: Partial<WorkflowRun>): Promise<Results> {
  const middle = await mkdtemp(join(folder, "middle-"));
  const cancel = new AbortController();
  const ended = run("Test", "push", {
    yaml,
    env: (_job, machine) => ({ PATH: path, OFFSHOOT_HOME: join(machine, "offshoot"), NEON_API_HOST: mock.url, MIDDLE: middle }),
    cancel: cancel.signal,
    ...more,
  });
  await Promise.race([ended, appears(middle, "here")]);
  cancel.abort();
  return ended;
}

/** Waits until a file is there. */
async function appears(place: string, name: string): Promise<void> {
  for await (const { filename } of watch(place)) if (filename === name) return;
}

test("cancelled in the middle of its tests, the first workflow removes its branch in its last step", async () => {
  const results = await runCancelled(workflows.get("Test") ?? "", { grace: { afterIntMs: 750, afterTermMs: 250 } });
  expectEnds(results, { test: "cancelled" });
  expect(results["test"]?.log).toContain("deleted  offshoot/");
  expect(await branches()).toEqual([]);
});

test("a command in place of the step's shell hears of the cancellation, and removes the branch itself", async () => {
  const page = await readFile(new URL("docs/ci/github-actions.md", ROOT), "utf8");
  const [, command = ""] = /`run: (exec [^`]+)`/.exec(page) ?? [];
  const yaml = (workflows.get("Test") ?? "").replace("npx offshoot run -- npm test", command).replace("npx offshoot down", "exit 0");
  const results = await runCancelled(yaml, {});
  expectEnds(results, { test: "cancelled" });
  expect(results["test"]?.log).toContain("down     database deleted");
  expect(await branches()).toEqual([]);
});

test("several jobs share a branch, and the teardown leaves none", async () => {
  const results = await run("Tests");
  expectEnds(results, { "test (unit)": "success", "test (api)": "success", "test (e2e)": "success", teardown: "success" });
  expect(await branches()).toEqual([]);
});

test("several steps share a branch through the job's environment, in which the password is hidden", async () => {
  const results = await run("Steps");
  expectEnds(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/\n {2}DATABASE_URL: \*\*\*\n/);
  expect(results["test"]?.log).toMatch(/\nbooks: 1\n[^]*\nbooks: 2\n/);
  expect(await branches()).toEqual([]);
});

test("a Postgres that the workflow starts serves the run, whose database is dropped", async () => {
  const hba = join(folder, "pg_hba.conf");
  await writeFile(hba, "host all all all trust\n");
  const server = await startServer({ hba_file: hba });
  onTestFinished(() => server.stop());
  const results = await run("Service", "push", {
    env: (_job, machine) => ({ PATH: path, OFFSHOOT_HOME: join(machine, "offshoot") }),
    service: ({ image }) => Promise.resolve(image.startsWith("postgres:") ? { 5432: String(server.port) } : {}),
  });
  expectEnds(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/existing database[^]*\nbooks: 1/);
  // The template of the migrated database is a cache, and goes with the server.
  const own = "select datname from pg_database where starts_with(datname, 'offshoot') and not datistemplate";
  expect(await withSession(server.url, (session) => session.query(own))).toEqual([]);
});

test("a pull request keeps its database over its runs, until it is closed", async () => {
  const first = await run("Pull request", "pull-request");
  expectEnds(first, { test: "success", close: "skipped" });
  expect(await branches()).toEqual(["offshoot/acme/shop/pr-77"]);
  const second = await run("Pull request", "pull-request");
  expect(second["test"]?.log).toContain("\nbooks: 2");
  const closed = await run("Pull request", "pull-request-closed");
  expectEnds(closed, { test: "skipped", close: "success" });
  expect(await branches()).toEqual([]);
});

test.each(["schedule", "workflow-dispatch"])("the sweep runs on the event %s", async (event) => {
  const results = await run("Sweep", event);
  expectEnds(results, { sweep: "success" });
  expect(results["sweep"]?.notes).toEqual([]);
});
