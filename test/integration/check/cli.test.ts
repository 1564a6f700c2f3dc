import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, ".github/workflows"), { recursive: true });
});
afterAll(() => project.remove());

const MISTAKEN = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: alembic upgrade head || true\n";

test("workflows: findings on stdout, status 10, and a mark at the line on GitHub", async () => {
  await project.write(".github/workflows/ci.yml", MISTAKEN);
  const { code, stdout, stderr } = await project.offshoot(["check", "workflow"]);
  expect([code, stdout]).toEqual([
    10,
    expect.stringContaining("check: migration-failure-hidden, .github/workflows/ci.yml:6, docs/check.md"),
  ]);
  expect(stderr).toContain("1 finding");
  const json = await project.offshoot(["check", "workflow", "--json", "--quiet", ".github/workflows/ci.yml"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    counts: { error: 1 },
    findings: [{ code: "migration-failure-hidden", at: { line: 6 } }],
  });
  const onGitHub = await project.offshoot(["check", "workflow"], { GITHUB_ACTIONS: "true", CI: "true" });
  expect(onGitHub.stdout + onGitHub.stderr).toContain("::error file=.github/workflows/ci.yml,line=6,title=migration-failure-hidden::");
});

test("a workflow that can't be read is an error of usage with its line", async () => {
  await project.write("broken.yml", "on: push\njobs: [\n");
  const broken = await project.offshoot(["check", "workflow", "broken.yml"]);
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining("broken.yml:3: ")]);
  const absent = await project.offshoot(["check", "workflow", "absent.yml"]);
  expect([absent.code, absent.stderr]).toEqual([2, expect.stringContaining("Could not read the workflow absent.yml: ENOENT.")]);
  await project.write("other.yml", "a: 1\n");
  const other = await project.offshoot(["check", "workflow", "other.yml"]);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("other.yml is no workflow of GitHub Actions")]);
});

test("a worker: its output on stderr, what is found on stdout", async () => {
  const flags = ["--for", "200ms", "--lines", "2"];
  const good = await project.offshoot(["check", "worker", ...flags, "--", "sh", "-c", "echo one; echo two; sleep 60"]);
  expect([good.code, good.stdout]).toEqual([0, "The worker runs as expected: no findings.\n"]);
  expect(good.stderr).toContain("one\ntwo\n");
  const bad = await project.offshoot(["check", "worker", ...flags, "--within", "500ms", "--", "sh", "-c", "echo one; sleep 60"]);
  expect([bad.code, bad.stdout]).toEqual([10, expect.stringContaining("of 2 lines in 0.5 s")]);
});

test("metrics: a name that is none is an error of usage, an endpoint that is not there a finding", async () => {
  const usage = await project.offshoot(["check", "metrics", "http://127.0.0.1:9/metrics", "--metric", "a-b"]);
  expect([usage.code, usage.stderr]).toEqual([2, expect.stringContaining("a-b is not a valid metric name.")]);
  const absent = await project.offshoot(["check", "metrics", "http://127.0.0.1:9/metrics", "--within", "100ms", "--metric", "up:gauge"]);
  expect([absent.code, absent.stdout]).toEqual([10, expect.stringContaining("check: endpoint-unreachable")]);
});
