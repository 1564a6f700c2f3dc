// @module-tag proof
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let project: Project;

beforeAll(async () => {
  project = await makeProject({ USER: "node", OFFSHOOT_RUN: "" });
});
afterAll(() => project.remove());

/** A clone of the repository acme/shop with the identity of a person. */
async function checkoutOf(name: string, email: string | undefined): Promise<string> {
  const top = join(project.directory, name);
  await mkdir(join(top, "packages/api"), { recursive: true });
  const git = (...args: readonly string[]): unknown =>
    execFileSync("git", args, { cwd: top, env: { PATH: process.env["PATH"], HOME: top } });
  git("init", "--quiet", "--initial-branch=main");
  git("remote", "add", "origin", "https://github.com/acme/shop.git");
  if (email !== undefined) git("config", "user.email", email);
  return top;
}

interface Listed {
  readonly name: string;
  readonly run: string;
  readonly owner: string;
}

async function listed(): Promise<readonly Listed[]> {
  return JSON.parse((await project.call(["list", "--json"])).stdout) as Listed[];
}

async function nameOf(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await project.offshoot(["up", "--json", ...args], {}, cwd);
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { name: string }).name;
}

test("two people with one user name and one git branch have two databases, and neither deletes the other's", async () => {
  const [ada, bob] = [await checkoutOf("ada", "ada@example.com"), await checkoutOf("bob", "bob@example.com")];
  const [one, other] = await Promise.all([nameOf(ada), nameOf(bob)]);
  expect(one).toMatch(/^offshoot\/acme\/shop\/node-main-[0-9a-f]{8}$/);
  expect(other).not.toBe(one);
  // The same person in a second clone has a third database.
  expect([one, other]).not.toContain(await nameOf(await checkoutOf("ada-2", "ada@example.com")));
  expect((await project.offshoot(["down"], {}, bob)).code).toBe(0);
  expect((await listed()).map(({ name }) => name)).toContain(one);

  const entry = (await listed()).find(({ name }) => name === one);
  const refused = await project.offshoot(["down", "--run", entry?.run ?? ""], {}, bob);
  expect(refused).toMatchObject({ code: 14, stdout: "" });
  expect(refused.stderr).toMatch(
    /belongs to node-[0-9a-f]{8}, not to you\.\n.*\n.*offshoot down --run node-main-[0-9a-f]{8} --force node-[0-9a-f]{8}`/,
  );
  const wrong = await project.offshoot(["down", "--run", entry?.run ?? "", "--force", "bob"], {}, bob);
  expect(wrong).toMatchObject({ code: 14 });
  // A job of a CI is nobody's.
  const ci = { CI: "true", OFFSHOOT_RUN: entry?.run };
  expect(await project.offshoot(["down"], ci, bob)).toMatchObject({ code: 14 });
  expect((await listed()).map(({ name }) => name)).toContain(one);
  const forced = await project.offshoot(["down", "--run", entry?.run ?? "", "--force", entry?.owner ?? ""], {}, bob);
  expect(forced).toMatchObject({ code: 0 });
  expect((await listed()).map(({ name }) => name)).not.toContain(one);
});

test("two people who set the same run name share a database, and a warning shows the second one whose it is", async () => {
  const [ada, bob] = [await checkoutOf("ada-3", "ada@example.com"), await checkoutOf("bob-3", "bob@example.com")];
  expect((await project.offshoot(["up", "--run", "demo"], {}, ada)).stderr).not.toContain("belongs to");
  for (const command of [["up"], ["env"], ["run", "--", "true"]]) {
    const { stderr, code } = await project.offshoot([command[0] ?? "", "--run", "demo", ...command.slice(1)], {}, bob);
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning {2}The database offshoot\/acme\/shop\/demo belongs to node-[0-9a-f]{8}/);
  }
  expect((await project.offshoot(["down", "--run", "demo"], {}, bob)).code).toBe(14);
  expect((await project.offshoot(["down", "--run", "demo"], {}, ada)).code).toBe(0);
});

test("every subfolder, hook and worktree variable of a checkout finds the same run", async () => {
  const ada = await checkoutOf("ada-4", "ada@example.com");
  const name = await nameOf(join(ada, "packages"));
  expect(await nameOf(ada)).toBe(name);
  for (const command of [
    ["status", "--json"],
    ["env", "--format", "json"],
  ]) {
    const { code, stderr } = await project.offshoot(command, {}, join(ada, "packages/api"));
    expect([code, stderr]).toEqual([0, ""]);
  }
  // git sets these variables in its hooks.
  expect((await project.offshoot(["env"], { GIT_DIR: ".git", GIT_PREFIX: "packages/" }, join(ada, "packages/api"))).code).toBe(0);
  expect((await project.offshoot(["down"], {}, join(ada, "packages/api"))).stdout).toBe(`deleted  ${name}\n`);
});

test("without a git identity the user and the machine are the person, and no e-mail address is written", async () => {
  const [one, ada] = [await checkoutOf("plain", undefined), await checkoutOf("ada-5", "ada@private.example")];
  await Promise.all([nameOf(one), nameOf(ada)]);
  const text = JSON.stringify(await listed());
  expect(text).not.toMatch(/@|private/);
  expect(new Set((await listed()).map(({ owner }) => owner)).size).toBeGreaterThan(1);
});

test("sweep deletes only in this repository unless the flag includes all of them", async () => {
  const ada = await checkoutOf("ada-6", "ada@example.com");
  const other = await checkoutOf("other", "ada@example.com");
  execFileSync("git", ["remote", "set-url", "origin", "https://github.com/acme/other.git"], { cwd: other });
  const [mine, theirs] = [await nameOf(ada), await nameOf(other)];
  const sweep = (...more: readonly string[]): ReturnType<Project["call"]> =>
    project.call(["sweep", "--older-than", "0", "--idle", "0", ...more], {}, ada);
  const plan = (await sweep()).stdout;
  expect(plan).toMatch(new RegExp(`^delete .*${mine}`, "m"));
  expect(plan).toMatch(new RegExp(`^keep .*${theirs} +it belongs to the repository acme/other; --all-repositories includes it`, "m"));
  await sweep("--yes");
  expect((await listed()).map(({ name }) => name)).toEqual(expect.arrayContaining([theirs]));
  expect((await listed()).map(({ name }) => name)).not.toContain(mine);
  await sweep("--yes", "--all-repositories");
  expect((await listed()).map(({ name }) => name)).not.toContain(theirs);
});
