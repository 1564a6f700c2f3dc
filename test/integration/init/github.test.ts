// @module-tag proof
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CI_SERVICES } from "../../../src/init/services/registry.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { initialise, type REPOSITORIES } from "../../support/pipelines/checkout.ts";
import { pathWithPrograms } from "../../support/pipelines/programs.ts";
import type { GithubEvent } from "../../../mocks/actions/event.ts";
import type { Results } from "../../../mocks/actions/graph.ts";
import { runWorkflow } from "../../../mocks/actions/run-workflow.ts";
import { isInstalled, REAL_TOOLS } from "../../support/tools.ts";
import { ciFixture } from "../../unit/ci/fixture.ts";

let project: Project;
let base: string;
let path: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "offshoot-init-"));
  path = await pathWithPrograms(join(base, "bin"));
  project = await makeProject({ PATH: path });
});

afterAll(async () => {
  await project.remove();
  await rm(base, { recursive: true, force: true });
});

const hasAlembic = REAL_TOOLS.some((tool) => tool.name === "alembic" && isInstalled(tool));

/** Runs the workflow that `init` wrote. Its jobs share no files, like jobs on separate runners. */
async function runInit(tool: keyof typeof REPOSITORIES, event: GithubEvent, tests = ""): Promise<Results> {
  const repository = await initialise(project, base, tool, "github");
  return runWorkflow({
    yaml: await readFile(join(repository, CI_SERVICES.github.file), "utf8"),
    repository,
    event,
    env: (_job, machine) => ({ PATH: path, OFFSHOOT_HOME: join(machine, "offshoot"), OFFSHOOT_PROVIDER: "neon,embedded", TESTS: tests }),
  });
}

const outcomesOf = (results: Results) => Object.fromEntries(Object.entries(results).map(([name, { result }]) => [name, result]));

const orphansOf = (results: Results) => Object.values(results).flatMap((job) => job.orphans);

const push = ciFixture("github/push") as GithubEvent;
const schedule: GithubEvent = { ...push, env: { ...push.env, GITHUB_EVENT_NAME: "schedule" } };

test.for((["node-pg-migrate", "sql", "alembic"] as const).filter((tool) => tool !== "alembic" || hasAlembic))(
  "the workflow that init writes for a repository with %s passes on a push, and leaves no process",
  async (tool) => {
    const results = await runInit(tool, push);
    expect(Object.values(results).flatMap(({ result, log }) => (result === "failure" ? [log] : []))).toEqual([]);
    expect(outcomesOf(results)).toEqual({ test: "success", teardown: "success", sweep: "skipped" });
    expect(results["test"]?.log).toContain("tables authors books");
    expect(results["test"]?.masks.length).toBeGreaterThan(0);
    expect(orphansOf(results)).toEqual([]);
  },
);

test("the workflow passes on a pull request from a fork, with a local Postgres instead of the API key", async () => {
  const results = await runInit("sql", ciFixture("github/fork-pull-request") as GithubEvent);
  expect(outcomesOf(results)).toEqual({ test: "success", teardown: "success", sweep: "skipped" });
  expect(results["test"]?.summary).toContain("embedded");
});

test("the workflow only sweeps when the schedule starts it", async () => {
  expect(outcomesOf(await runInit("sql", schedule))).toEqual({ test: "skipped", teardown: "skipped", sweep: "success" });
});

test("the workflow fails if the tests fail, and the teardown runs", async () => {
  const results = await runInit("sql", push, "failing");
  expect(outcomesOf(results)).toEqual({ test: "failure", teardown: "success", sweep: "skipped" });
  expect(orphansOf(results)).toEqual([]);
});
