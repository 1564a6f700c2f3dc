// @module-tag proof
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import type { GithubEvent } from "../../../mocks/actions/event.ts";
import type { Results } from "../../../mocks/actions/graph.ts";
import { githubEvent as event, requireVerdicts } from "../../support/workflow-results.ts";
import { ACTION, branchesOf, type Scene, setScene } from "../action/scene.ts";

/** Replaces the programs in the workflows of the page. */
const PROGRAM = '#!/bin/sh\necho "$(basename "$0") on $OFFSHOOT_PROVIDER with ${DATABASE_URL:+a URL}"\n';

let mock: MockServer;
let scene: Scene;
let bin: string;
let workflows: readonly string[];

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "100");
  scene = await setScene(mock);
  bin = join(scene.meeting, "bin");
  await mkdir(bin);
  for (const name of ["alembic", "pytest", "npm"]) await writeFile(join(bin, name), PROGRAM, { mode: 0o755 });
  const page = await readFile(new URL("../../../docs/ci/action.md", import.meta.url), "utf8");
  workflows = [...page.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, block = ""]) => block);
});

afterAll(async () => {
  await scene.remove();
  await mock.stop();
});

/** Runs a workflow of the page. The first one has the index 0. */
function run(index: number, { env, payload }: GithubEvent, more: Readonly<Record<string, string>> = {}): Promise<Results> {
  return scene.run((workflows[index] ?? "").replaceAll(/[\w-]+\/offshoot@v0/g, ACTION), {
    event: { env: { ...env, GITHUB_RUN_ID: String(6000 + index), ...more }, payload },
    env: () => ({ ...mock.machine, PATH: `${bin}:${process.env["PATH"]}`, NEON_API_HOST: mock.url }),
  });
}

test("the first workflow in docs/ci/action.md creates a branch, migrates it, runs the tests on it and deletes it", async () => {
  const results = await run(0, event("pull-request"));
  requireVerdicts(results, { test: "success" });
  expect(results["test"]?.log).toMatch(/^alembic on neon with a URL$[^]*^pytest on neon with a URL$[^]*was deleted\.$/m);
  expect(await branchesOf(mock, "")).toEqual([]);
});

test("the workflow with parallel jobs in docs/ci/action.md shares one branch, and the last job deletes it", async () => {
  const results = await run(1, event("push"));
  requireVerdicts(results, { unit: "success", e2e: "success" });
  expect(await branchesOf(mock, "")).toEqual([]);
});

test("the workflow with dependent jobs in docs/ci/action.md keeps the branch between the jobs, and its teardown deletes it", async () => {
  const results = await run(2, event("push"));
  requireVerdicts(results, { migrate: "success", test: "success", teardown: "success" });
  expect(results["migrate"]?.outputs).toEqual({ use_neon: "true" });
  expect(results["test"]?.log).toMatch(/neon database \S+ adopted/);
  expect(results["teardown"]?.log).toMatch(/^deleted/m);
  expect(await branchesOf(mock, "")).toEqual([]);
});

test("the workflow with `comment: true` in docs/ci/action.md writes one comment on the pull request", async () => {
  const { env, payload } = event("pull-request");
  const number = (payload as { readonly pull_request: { readonly number: number } }).pull_request.number;
  const github = await startGitHub(env["GITHUB_REPOSITORY"] ?? "", number);
  try {
    const results = await run(3, { env, payload }, { GITHUB_API_URL: github.url });
    requireVerdicts(results, { test: "success" });
    expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining("offshoot migrate")]);
  } finally {
    await github.stop();
  }
});
