// @module-tag proof
import { execFileSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connect } from "../../support/session.ts";
import { makeProject, type Project } from "../../support/cli.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let project: Project;
let top: string;

const git = (cwd: string, ...args: readonly string[]): void =>
  void execFileSync("git", args, { cwd, env: { PATH: process.env["PATH"], HOME: project.directory }, stdio: "pipe" });

beforeAll(async () => {
  project = await makeProject({ USER: "ada", OFFSHOOT_RUN: "" });
  top = join(project.directory, "shop");
  git(project.directory, "init", "--quiet", "--initial-branch=main", top);
  git(top, "config", "user.email", "ada@example.com");
  git(top, "config", "user.name", "ada");
  git(top, "remote", "add", "origin", "https://github.com/acme/shop.git");
  await mkdir(join(top, "api/src"), { recursive: true });
  await project.write("shop/.gitignore", ".env\n");
  await project.write("shop/api/src/index.js", "");
  git(top, "add", ".");
  git(top, "commit", "--quiet", "-m", "first");
  for (const name of ["one", "two", "three"]) git(top, "worktree", "add", "--quiet", join(project.directory, name), "-b", `work/${name}`);
});
afterAll(() => project.remove());

const at = (name: string): string => join(project.directory, name);

async function json<T>(cwd: string, ...args: readonly string[]): Promise<T> {
  const { stdout, stderr } = await project.offshoot([...args, "--json"], {}, cwd);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

const nameOf = async (cwd: string): Promise<string> => (await json<{ name: string }>(cwd, "up")).name;
const names = async (): Promise<readonly string[]> => (await json<{ name: string }[]>(top, "list")).map(({ name }) => name);
const sweep = async (cwd: string, ...more: readonly string[]): Promise<string> =>
  (await project.offshoot(["sweep", "--idle", "0s", ...more], {}, cwd)).stdout;

test("each worktree has a database of its own without a setting, which every command finds from any subfolder", async () => {
  const places = ["shop", "one", "two", "three"].map(at);
  const made = await Promise.all(places.map((place) => nameOf(join(place, "api/src"))));
  expect(new Set(made).size).toBe(4);
  for (const [index, place] of places.entries()) {
    const below = join(place, "api/src");
    const written = await project.offshoot(["env", "--write", "../../.env"], {}, below);
    expect(written.code).toBe(0);
    const url = (await project.offshoot(["url"], {}, below)).stdout.trim();
    expect(await readFile(join(place, ".env"), "utf8")).toContain(`DATABASE_URL="${url}"`);
    expect((await json<{ name: string }>(below, "status")).name).toBe(made[index]);
    const asked = await project.offshoot(["psql", "--", "-Atc", "select current_database()"], {}, below);
    expect(url).toContain(asked.stdout.trim());
    const ran = await project.offshoot(["run", "--", "sh", "-c", 'echo "$DATABASE_URL"'], {}, below);
    expect(ran.stdout.trim()).toBe(url);
  }
});

test("sweep deletes the database of a removed worktree and of a deleted branch, and nothing else", async () => {
  const [main, one, two, three] = await Promise.all(["shop", "one", "two", "three"].map((name) => nameOf(at(name))));
  if (main === undefined || one === undefined || two === undefined || three === undefined) throw new Error("no databases");
  expect(await sweep(top)).not.toMatch(/^delete/m);

  // Somebody works in the second one.
  const url = (await project.offshoot(["url"], {}, at("two"))).stdout.trim();
  git(top, "worktree", "remove", "--force", at("one"));
  git(top, "worktree", "remove", "--force", at("two"));
  git(at("three"), "checkout", "--quiet", "--detach");
  git(top, "branch", "--quiet", "-D", "work/three");
  const session = await connect(url);
  const plan = await sweep(top);
  await session.close();
  expect(plan).toMatch(new RegExp(`^delete +embedded +${one} +its git worktree was removed`, "m"));
  expect(plan).toMatch(new RegExp(`^keep +embedded +${two} +it has 1 open session`, "m"));
  expect(plan).toMatch(new RegExp(`^delete +embedded +${three} +git branch work/three was deleted in this clone`, "m"));
  expect(plan).toMatch(new RegExp(`^keep +embedded +${main} `, "m"));

  // Another clone, another person and a CI cannot know whether the worktree still exists.
  const clone = at("second");
  git(project.directory, "clone", "--quiet", top, clone);
  git(clone, "remote", "set-url", "origin", "https://github.com/acme/shop.git");
  git(clone, "config", "user.email", "ada@example.com");
  expect(await sweep(clone)).not.toMatch(/^delete/m);
  git(top, "config", "user.email", "bob@example.com");
  expect(await sweep(top)).not.toMatch(/^delete/m);
  git(top, "config", "user.email", "ada@example.com");
  const ci = { CI: "true", OFFSHOOT_RUN: "nightly" };
  expect((await project.offshoot(["sweep", "--idle", "0"], ci, top)).stdout).not.toMatch(/^delete/m);

  await sweep(at("three"), "--yes");
  expect(await names()).toEqual([main]);
});

test("a run with a name of its own does not belong to the worktree in which it was created", async () => {
  git(top, "worktree", "add", "--quiet", at("named"), "-b", "work/named");
  const { name } = await json<{ name: string }>(at("named"), "up", "--run", "demo");
  git(top, "worktree", "remove", "--force", at("named"));
  expect(await sweep(top)).toMatch(new RegExp(`^keep +embedded +${name} `, "m"));
});
