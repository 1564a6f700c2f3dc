import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { githubEvent } from "../../support/workflow-results.ts";
import { runSteps } from "../mocks/actions/scene.ts";

const run = promisify(execFile);
const ROOT = new URL("../../..", import.meta.url).pathname;

let folder: string;
let clone: string;
let remote: string;

const git = async (...args: readonly string[]): Promise<string> => {
  const identity = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };
  const { stdout } = await run("git", ["-C", clone, ...args], { env: { ...process.env, ...identity } });
  return stdout.trim();
};

const tagAction = (): Promise<unknown> => run("bash", [join(clone, ".ci/tag-action"), "v1.2.3"]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-release-"));
  clone = join(folder, "clone");
  remote = join(folder, "remote.git");
  await run("git", ["init", "-q", "--bare", remote]);
  await run("git", ["init", "-q", "-b", "main", clone]);
  await mkdir(join(clone, ".ci"));
  for (const file of ["action.yml", "CHANGELOG.md", "LICENSE", "README.md", ".gitignore", ".ci/tag-action"]) {
    await copyFile(join(ROOT, file), join(clone, file));
  }
  await writeFile(join(clone, "package.json"), "{}");
  await git("add", ".");
  await git("commit", "-q", "-m", "A version");
  await git("remote", "add", "origin", remote);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the release is not tagged if the bundle is missing", async () => {
  await expect(tagAction()).rejects.toThrow("dist-action/index.js does not exist. Run: npm run build:action");
  expect(await git("ls-remote", "origin")).toBe("");
});

test("the release pushes a commit with the bundle, a permanent tag, and a branch for `uses:`", async () => {
  await mkdir(join(clone, "dist-action/readiness"), { recursive: true });
  await writeFile(join(clone, "dist-action/index.js"), "1");
  await writeFile(join(clone, "dist-action/readiness/watchdog.js"), "2");
  await tagAction();
  const refs = (await git("ls-remote", "origin")).split("\n").map((line) => line.split("\t"));
  const [[commit = ""] = []] = refs;
  expect(refs).toEqual([
    [commit, "refs/heads/v1"],
    [commit, "refs/tags/action-v1.2.3"],
  ]);
  expect((await git("ls-tree", "-r", "--name-only", commit)).split("\n")).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "action.yml",
    "dist-action/index.js",
    "dist-action/readiness/watchdog.js",
  ]);
  expect(await git("rev-parse", `${commit}^`)).toBe(await git("rev-parse", "HEAD"));
});

test("a second release pushes the same commit, and does not change the checkout", async () => {
  const before = await git("ls-remote", "origin");
  await tagAction();
  expect(await git("ls-remote", "origin")).toBe(before);
  expect(await git("status", "--porcelain")).toBe("");
  expect(await readdir(clone)).toContain("dist-action");
});

test("another bundle of the same version is rejected", async () => {
  await writeFile(join(clone, "dist-action/index.js"), "another");
  const before = await git("ls-remote", "origin");
  await expect(tagAction()).rejects.toThrow("already exists");
  expect(await git("ls-remote", "origin")).toBe(before);
});

/** The version in `mocks/ci/github/tag.json`. */
const TAGGED = "1.4.0";

test.each([
  ["of the package's version that is in the changelog continues", TAGGED, TAGGED, "success"],
  ["of another version than the package fails", "1.3.9", TAGGED, "failure"],
  ["of a version that is not in the changelog fails", TAGGED, "1.3.9", "failure"],
])("a release %s", async (_how, version, inChangelog, result) => {
  const { jobs } = parse(await readFile(join(ROOT, ".github/workflows/release.yml"), "utf8")) as {
    readonly jobs: { readonly check: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] } };
  };
  const step = jobs.check.steps.find(({ name }) => name?.startsWith("Check that the tag"));
  const repository = await mkdtemp(join(folder, "tagged-"));
  await writeFile(join(repository, "package.json"), JSON.stringify({ version }));
  await writeFile(join(repository, "CHANGELOG.md"), `# Changelog\n\n## ${inChangelog} - 2026-11-01\n`);
  const ended = await runSteps([{ uses: "actions/checkout@v4" }, { run: step?.run ?? "" }], { event: githubEvent("tag"), repository });
  expect([ended.result, ended.annotations.length]).toEqual([result, result === "success" ? 0 : 1]);
});
