// @module-tag proof
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import type { Results } from "../../../mocks/actions/graph.ts";
import { installedPath } from "../../../mocks/actions/installed-path.ts";
import type { WorkflowRun } from "../../../mocks/actions/workflow-run.ts";
import { runWorkflow } from "../../../mocks/actions/run-workflow.ts";
import { githubEvent, requireVerdicts, waitForFile } from "../../support/workflow-results.ts";

const execute = promisify(execFile);
const ROOT = new URL("../../..", import.meta.url).pathname;
const BIN = join(ROOT, "bin/offshoot.js");
const repository = join(ROOT, "examples/outbox");
const push = githubEvent("push");

/** Long enough for pipelines of fourteen jobs on a busy machine. */
vi.setConfig({ testTimeout: 300_000 });

let folder: string;
let path: string;
let yaml: string;
let mock: MockServer;
let runs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-workflow-"));
  path = await installedPath(folder);
  yaml = await readFile(join(repository, ".github/workflows/ci.yml"), "utf8");
  mock = await startMock("--postgres", "--operation-time", "200");
});

afterAll(async () => {
  await mock.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A run of the example's workflow. Its jobs share only the Neon mock, and only if they have a key. */
function pipeline(key: "with a key" | "without a key"): WorkflowRun {
  const hasKey = key === "with a key";
  runs += 1;
  return {
    yaml,
    repository,
    event: { ...push, env: { ...push.env, GITHUB_RUN_ID: String(4000 + runs) } },
    secrets: hasKey ? { NEON_API_KEY: mock.apiKey } : {},
    vars: hasKey ? { NEON_PROJECT_ID: mock.projectId } : {},
    env: (_job, machine) => ({
      ...mock.machine,
      PATH: path,
      OFFSHOOT_HOME: join(machine, "offshoot"),
      NEON_API_HOST: mock.url,
      // Without `docker`, because all jobs on this machine would share one engine.
      OFFSHOOT_PROVIDER: "neon,embedded",
    }),
  };
}

const JOBS = [
  "setup-database",
  "run-migrations",
  "integration",
  "e2e-tests",
  "m10-tests",
  "m10-worker",
  "costsim",
  "costsim-integration",
  "costsim-wiremock",
  "schema-audit",
  "unit-tests",
  "lint",
  "configuration",
  "teardown",
];

/** Throws if the jobs have other results. Jobs that are not in `others` must succeed. */
function expectEnds(results: Results, others: Readonly<Record<string, string>> = {}): void {
  requireVerdicts(results, { ...Object.fromEntries(JOBS.map((name) => [name, "success"])), ...others });
}

/** Names of the jobs that ran the migrations themselves. */
function migrators(results: Results): readonly string[] {
  return Object.entries(results).flatMap(([name, { log }]) => (log.includes("migrations ran (") ? [name] : []));
}

async function expectNoBranch(): Promise<void> {
  expect((await mock.branches()).filter(({ name }) => name.startsWith("offshoot/"))).toEqual([]);
}

function expectNoOrphan(results: Results): void {
  expect(Object.values(results).flatMap(({ orphans }) => orphans)).toEqual([]);
}

test("with a Neon key all fourteen jobs pass on one branch, which is migrated once and deleted at the end", async () => {
  const results = await runWorkflow(pipeline("with a key"));
  expectEnds(results);
  expect(migrators(results)).toEqual(["run-migrations"]);
  expect(results["setup-database"]?.outputs).toEqual({ provider: "neon", use_neon: "true" });
  expect(results["integration"]?.summary).toContain("| command | ");
  expectNoOrphan(results);
  await expectNoBranch();
});

test("without a Neon key each database job reports the reason, and creates and deletes its own Postgres database", async () => {
  const left: unknown[] = [];
  const listLeft: WorkflowRun["beforeRemoval"] = async ({ env, workspace }) => {
    const { stdout } = await execute(process.execPath, [BIN, "list", "--json"], { env, cwd: workspace });
    left.push(...(JSON.parse(stdout) as { kind: string }[]).filter(({ kind }) => kind === "run"));
  };
  const results = await runWorkflow({ ...pipeline("without a key"), beforeRemoval: listLeft });
  expectEnds(results, { "run-migrations": "skipped" });
  expect(migrators(results)).toHaveLength(8);
  expect(results["setup-database"]?.outputs).toEqual({ provider: "embedded", use_neon: "false" });
  expect(results["integration"]?.log).toContain("NEON_API_KEY");
  expect(left).toEqual([]);
  expectNoOrphan(results);
});

test("a failed job does not affect the other jobs, and a re-run of it passes on a new branch", async () => {
  const run = pipeline("with a key");
  const broken = yaml.replace(
    "job: m10-tests, command: node --test test/outbox.test.js",
    "job: m10-tests, command: node --test no.test.js",
  );
  expect(broken).not.toBe(yaml);
  const first = await runWorkflow({ ...run, yaml: broken });
  expectEnds(first, { "m10-tests": "failure" });
  await expectNoBranch();

  const started: string[] = [];
  const second = await runWorkflow({ ...run, earlier: first, onJobStart: (job) => started.push(job) });
  expectEnds(second);
  expect(started).toEqual(["m10-tests", "teardown"]);
  expectNoOrphan(second);
  await expectNoBranch();
});

test("a run that is cancelled during its tests still runs the teardown, and no branch is left", async () => {
  const middle = join(folder, "middle");
  await mkdir(middle);
  const slow = yaml.replace("job: integration, command: npm test", "job: integration, command: sh -c 'touch $MIDDLE/here && sleep 300'");
  expect(slow).not.toBe(yaml);
  const cancel = new AbortController();
  const run = pipeline("with a key");
  const ended = runWorkflow({
    ...run,
    yaml: slow,
    env: (job, machine) => ({ ...run.env(job, machine), MIDDLE: middle }),
    cancel: cancel.signal,
    // A fifth of GitHub's times.
    grace: { afterIntMs: 1_500, afterTermMs: 500 },
  });
  await Promise.race([ended, waitForFile(middle, "here")]);
  cancel.abort();
  const results = await ended;
  expect(results).toMatchObject({ integration: { result: "cancelled" }, teardown: { result: "success" } });
  expect(Object.values(results).map(({ result }) => result)).not.toContain("failure");
  expect(migrators(results)).toEqual(["run-migrations"]);
  await expectNoBranch();
});
