// @module-tag proof
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { withSession } from "../../support/session.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import type { Results } from "../../../mocks/actions/graph.ts";
import { installedPath } from "../../../mocks/actions/installed-path.ts";
import type { WorkflowRun } from "../../../mocks/actions/workflow-run.ts";
import { runWorkflow } from "../../../mocks/actions/run-workflow.ts";
import { startServer } from "../../support/server.ts";
import { githubEvent, requireVerdicts, waitForFile } from "../../support/workflow-results.ts";

vi.setConfig({ testTimeout: 240_000 });

const ROOT = new URL("../../../", import.meta.url);

/** The files that the workflows of the page need: a lock file, a migration, and a test that writes to the table. */
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
  // The server of the `services` test runs as another user, which reads its settings in this folder.
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
  const { env, payload } = githubEvent(event);
  runs += 1;
  return runWorkflow({
    yaml: workflows.get(name) ?? "",
    repository,
    event: { env: { ...env, GITHUB_RUN_ID: String(5000 + runs), GITHUB_API_URL: "http://127.0.0.1:9" }, payload },
    secrets: { NEON_API_KEY: mock.apiKey },
    vars: { NEON_PROJECT_ID: mock.projectId },
    // Without `docker`, because all jobs on this machine would share one engine.
    env: (_job, machine) => ({
      ...mock.machine,
      PATH: path,
      OFFSHOOT_HOME: join(machine, "offshoot"),
      NEON_API_HOST: mock.url,
      OFFSHOOT_PROVIDER: "neon,embedded",
    }),
    ...more,
  });
}

async function branches(): Promise<readonly string[]> {
  return (await mock.branches()).map(({ name }) => name).filter((name) => name.startsWith("offshoot/"));
}

test("the first workflow in docs/ci/github-actions.md tests on its own branch and deletes it", async () => {
  const results = await run("Test");
  requireVerdicts(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/neon database offshoot\/acme\/shop\/run-\d+ created[^]*\nbooks: 1/);
  expect(await branches()).toEqual([]);
});

test("the first workflow in docs/ci/github-actions.md uses a local Postgres for a fork, and reports the reason", async () => {
  const results = await run("Test", "fork-pull-request");
  requireVerdicts(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/NEON_API_KEY[^]*embedded database[^]*\nbooks: 1/);
  expect(results["test"]?.orphans).toEqual([]);
});

/** Runs a workflow and cancels it in the middle of its tests. */
async function runCancelled(yaml: string, more: Partial<WorkflowRun>): Promise<Results> {
  const middle = await mkdtemp(join(folder, "middle-"));
  const cancel = new AbortController();
  const ended = run("Test", "push", {
    yaml,
    env: (_job, machine) => ({
      ...mock.machine,
      PATH: path,
      OFFSHOOT_HOME: join(machine, "offshoot"),
      NEON_API_HOST: mock.url,
      MIDDLE: middle,
    }),
    cancel: cancel.signal,
    ...more,
  });
  await Promise.race([ended, waitForFile(middle, "here")]);
  cancel.abort();
  return ended;
}

test("the first workflow in docs/ci/github-actions.md deletes its branch in the last step when it is cancelled during its tests", async () => {
  const results = await runCancelled(workflows.get("Test") ?? "", { grace: { afterIntMs: 750, afterTermMs: 250 } });
  requireVerdicts(results, { test: "cancelled" });
  expect(results["test"]?.log).toContain("deleted  offshoot/");
  expect(await branches()).toEqual([]);
});

test("a command that replaces the shell of its step with `exec` gets the signal of a cancellation, and deletes the branch itself", async () => {
  const page = await readFile(new URL("docs/ci/github-actions.md", ROOT), "utf8");
  const [, command = ""] = /`run: (exec [^`]+)`/.exec(page) ?? [];
  const yaml = (workflows.get("Test") ?? "").replace("npx offshoot run -- npm test", command).replace("npx offshoot down", "exit 0");
  const results = await runCancelled(yaml, {});
  requireVerdicts(results, { test: "cancelled" });
  expect(results["test"]?.log).toContain("down     database deleted");
  expect(await branches()).toEqual([]);
});

test("the workflow with several jobs shares one branch, and its teardown deletes the branch", async () => {
  const results = await run("Tests");
  requireVerdicts(results, { "test (unit)": "success", "test (api)": "success", "test (e2e)": "success", teardown: "success" });
  expect(await branches()).toEqual([]);
});

test("the workflow with several steps shares a branch through environment variables, and its log hides the password", async () => {
  const results = await run("Steps");
  requireVerdicts(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/\n {2}DATABASE_URL: \*\*\*\n/);
  expect(results["test"]?.log).toMatch(/\nbooks: 1\n[^]*\nbooks: 2\n/);
  expect(await branches()).toEqual([]);
});

test("the workflow with a Postgres service creates a database on it for the run, and drops the database", async () => {
  const hba = join(folder, "pg_hba.conf");
  await writeFile(hba, "host all all all trust\n");
  const server = await startServer({ hba_file: hba });
  onTestFinished(() => server.stop());
  const results = await run("Service", "push", {
    env: (_job, machine) => ({ ...mock.machine, PATH: path, OFFSHOOT_HOME: join(machine, "offshoot") }),
    service: ({ image }) => Promise.resolve(image.startsWith("postgres:") ? { 5432: String(server.port) } : {}),
  });
  requireVerdicts(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/existing database[^]*\nbooks: 1/);
  // The template of the migrated database is kept. It is a cache, and is deleted with the server.
  const own = "select datname from pg_database where starts_with(datname, 'offshoot') and not datistemplate";
  expect(await withSession(server.url, (session) => session.query(own))).toEqual([]);
});

test("the workflow for pull requests keeps the database between runs, and deletes it when the pull request is closed", async () => {
  const first = await run("Pull request", "pull-request");
  requireVerdicts(first, { test: "success", close: "skipped" });
  expect(await branches()).toEqual(["offshoot/acme/shop/pr-77"]);
  const second = await run("Pull request", "pull-request");
  expect(second["test"]?.log).toContain("\nbooks: 2");
  const closed = await run("Pull request", "pull-request-closed");
  requireVerdicts(closed, { test: "skipped", close: "success" });
  expect(await branches()).toEqual([]);
});

test.each(["schedule", "workflow-dispatch"])("the workflow with the sweep runs on the event %s", async (event) => {
  const results = await run("Sweep", event);
  requireVerdicts(results, { sweep: "success" });
  expect(results["sweep"]?.annotations).toEqual([]);
});
