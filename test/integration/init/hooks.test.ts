// @module-tag proof
import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let project: Project;
let top: string;

const environment = (): Record<string, string> => ({ PATH: process.env["PATH"] ?? "", HOME: project.directory });
/** Runs git, and returns what it printed on stderr, where hooks print. */
const git = (cwd: string, ...args: readonly string[]): string => {
  const { status, stderr } = spawnSync("git", args, { cwd, env: environment(), encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stderr;
};
const checkout = (...args: readonly string[]): readonly string[] =>
  git(top, "checkout", "--quiet", ...args)
    .split("\n")
    .filter((line) => line !== "");

/** A checkout with one commit. */
async function newCheckout(name: string): Promise<string> {
  const at = join(project.directory, name);
  git(project.directory, "init", "--quiet", "--initial-branch=main", at);
  git(at, "config", "user.email", "ada@example.com");
  git(at, "config", "user.name", "ada");
  await writeFile(join(at, ".gitignore"), "/.env\n/node_modules\n");
  git(at, "add", ".");
  git(at, "commit", "--quiet", "-m", "first");
  return at;
}

const hooks = (cwd: string, ...args: readonly string[]): ReturnType<Project["call"]> => project.call(["init", "--hooks", ...args], {}, cwd);

beforeAll(async () => {
  project = await makeProject({ USER: "ada", OFFSHOOT_RUN: "" });
  top = await newCheckout("shop");
});
afterAll(() => project.remove());

test("init --hooks writes a hook and a line for direnv, and a second call changes nothing", async () => {
  await mkdir(join(top, "below"));
  expect((await hooks(top, "--dry-run")).stdout).toContain("would write  .git/hooks/post-checkout");
  const first = await hooks(join(top, "below"));
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toBe("wrote  .git/hooks/post-checkout\nwrote  .envrc\n\nNext:\n  direnv allow\n  npx offshoot env --write .env\n");
  expect((await stat(join(top, ".git/hooks/post-checkout"))).mode & 0o777).toBe(0o755);
  expect((await hooks(top)).stdout).toContain("unchanged  .git/hooks/post-checkout\nunchanged  .envrc\n");
});

test("after a checkout the hook prints whether the branch has a database, and whether .env has its URL", async () => {
  expect(checkout("-b", "topic/50%")).toEqual(["offshoot: this git branch has no database yet. To create one: npx offshoot up"]);
  const up = await project.offshoot(["up", "--json"], {}, top);
  const { name } = JSON.parse(up.stdout) as { name: string };
  expect((await project.offshoot(["env", "--write", ".env"], {}, top)).code).toBe(0);
  expect(checkout("main")).toEqual([
    "offshoot: this git branch has no database yet. To create one: npx offshoot up",
    "offshoot: .env has the URL of another database. To change it: npx offshoot env --write .env",
  ]);
  expect(checkout("topic/50%")).toEqual([`offshoot: the database of this git branch is ${name}`]);
  // The checkout of a file and of a commit are not that of a branch.
  expect(checkout("--", ".gitignore")).toEqual([]);
  expect(checkout("--detach")).toEqual([]);
  const worktree = join(project.directory, "second");
  expect(git(top, "worktree", "add", "-b", "second", worktree)).toContain("this git branch has no database yet");

  checkout("topic/50%");
  expect((await project.offshoot(["down"], {}, top)).code).toBe(0);
  checkout("main");
  expect(checkout("topic/50%")[0]).toContain("has no database yet");
});

test("nothing of a checked-out branch is started: its configuration, its packages and its settings of npm", async () => {
  const traces = join(project.directory, "traces");
  const evil = `#!/bin/sh\ntouch ${traces}\n`;
  checkout("-b", "evil");
  await mkdir(join(top, "node_modules/offshoot/bin"), { recursive: true });
  await mkdir(join(top, "node_modules/.bin"), { recursive: true });
  await writeFile(join(top, "node_modules/offshoot/bin/offshoot.js"), `require("fs").writeFileSync(${JSON.stringify(traces)}, "")\n`);
  for (const file of ["node_modules/.bin/offshoot", "npx", "grep", "git", "sed"]) {
    await writeFile(join(top, file), evil);
    await chmod(join(top, file), 0o755);
  }
  await writeFile(join(top, ".npmrc"), "node-options=--require ./evil.js\n");
  await writeFile(join(top, "evil.js"), `require("fs").writeFileSync(${JSON.stringify(traces)}, "")\n`);
  await writeFile(join(top, "offshoot.yaml"), `psql: ./npx\nprovider: embedded\nmigrations:\n  command: touch ${traces}\n`);
  await writeFile(join(top, ".env"), `OFFSHOOT_DATABASE_ID="$(touch ${traces})"\nNODE_OPTIONS=--require=./evil.js\n`);
  git(top, "add", "--force", ".");
  git(top, "commit", "--quiet", "-m", "evil");
  checkout("main");
  expect(checkout("evil").join("\n")).toContain("has no database yet");
  await expect(stat(traces)).rejects.toThrow("ENOENT");
  checkout("main");
});

/** The functions of direnv that the line uses, as its manual describes them. */
const direnv = (cwd: string): string =>
  execFileSync("bash", ["-c", 'dotenv_if_exists() { [ ! -f "$1" ] || { set -a; . "./$1"; }; }; . ./.envrc; printf %s "$DATABASE_URL"'], {
    cwd,
    env: environment(),
    encoding: "utf8",
  });

test("the line for direnv loads .env, unless git tracks it", async () => {
  await hooks(top);
  await writeFile(join(top, ".env"), "DATABASE_URL=postgres://127.0.0.1/mine\n");
  expect(direnv(top)).toBe("postgres://127.0.0.1/mine");
  git(top, "add", "--force", ".env");
  expect(direnv(top)).toBe("");
  git(top, "rm", "--cached", "--quiet", ".env");
});

test("an existing hook and an existing .envrc are not changed, and work with the text that is printed", async () => {
  const other = await newCheckout("other");
  await writeFile(join(other, ".git/hooks/post-checkout"), "#!/bin/sh\nset -eu\necho own hook\n");
  await chmod(join(other, ".git/hooks/post-checkout"), 0o755);
  await writeFile(join(other, ".envrc"), "export A=1\n");
  const { code, stdout } = await hooks(other);
  expect(code).toBe(14);
  expect(await readFile(join(other, ".git/hooks/post-checkout"), "utf8")).toBe("#!/bin/sh\nset -eu\necho own hook\n");
  expect(await readFile(join(other, ".envrc"), "utf8")).toBe("export A=1\n");
  expect(stdout).toContain("kept  .envrc. This file exists already. Add to it:");
  const { files } = JSON.parse((await hooks(other, "--json")).stdout) as { files: { text: string }[] };
  const own = await readFile(join(other, ".git/hooks/post-checkout"), "utf8");
  await writeFile(join(other, ".git/hooks/post-checkout"), own + (files[0]?.text ?? ""));
  const printed = git(other, "checkout", "-b", "topic");
  expect(printed).toContain("own hook");
  expect(printed).toContain("this git branch has no database yet");
  expect((await hooks(other)).stdout).toContain("kept  .git/hooks/post-checkout\n");
});

test("core.hooksPath, husky and lefthook are respected: nothing is written into their folders", async () => {
  const other = await newCheckout("managed");
  const folder = join(project.directory, "my-hooks");
  git(other, "config", "core.hooksPath", folder);
  expect((await hooks(other)).stdout).toMatch(/note: core\.hooksPath is set to \.\.\/my-hooks/);
  await mkdir(join(other, ".husky/_"), { recursive: true });
  git(other, "config", "core.hooksPath", ".husky/_");
  expect((await hooks(other)).stdout).toContain("note: husky manages the hooks here.");
  await writeFile(join(other, "lefthook.yml"), "pre-commit:\n  commands: {}\n");
  expect((await hooks(other)).stdout).toContain("note: lefthook manages the hooks here (lefthook.yml).");
  for (const path of [folder, join(other, ".husky/post-checkout"), join(other, ".git/hooks/post-checkout")])
    await expect(stat(path)).rejects.toThrow("ENOENT");
});

test("outside of git there are no hooks", async () => {
  const folder = join(project.directory, "plain");
  await mkdir(folder);
  const { code, stderr } = await hooks(folder);
  expect(code).toBe(2);
  expect(stderr).toContain("not in a git checkout");
});
