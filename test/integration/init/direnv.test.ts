// @module-tag proof
import { execFileSync } from "node:child_process";
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { isInstalled } from "../../support/require.ts";

let project: Project;
let top: string;

beforeAll(async () => {
  project = await makeProject({ USER: "ada", OFFSHOOT_RUN: "" });
  top = join(project.directory, "shop");
});
afterAll(() => project.remove());

const environment = (): Record<string, string> => ({ PATH: process.env["PATH"] ?? "", HOME: project.directory });

function run(cwd: string, program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { cwd, env: environment(), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

/** What direnv sets there, as a shell sees it that enters the folder. */
const loaded = (cwd: string): string => run(cwd, "direnv", "exec", ".", "sh", "-c", "echo $OFFSHOOT_DATABASE_ID $PGDATABASE");

/** Creates the database of the checkout and writes its URLs. Returns what direnv must load. */
async function writeUrls(cwd: string): Promise<string> {
  const { stdout } = await project.offshoot(["up", "--json"], {}, cwd);
  const { id } = JSON.parse(stdout) as { id: string };
  expect((await project.offshoot(["env", "--write", ".env"], {}, cwd)).code).toBe(0);
  return `${id} ${id.split("/")[1]}`;
}

test("direnv loads the URLs of each worktree with the line that init --hooks writes, and none that git tracks", async ({ skip }) => {
  if (!isInstalled("direnv")) skip();
  run(project.directory, "git", "init", "--quiet", "--initial-branch=main", top);
  for (const [key, value] of Object.entries({ email: "ada@example.com", name: "ada" })) run(top, "git", "config", `user.${key}`, value);
  await writeFile(join(top, ".gitignore"), "/.env\n");
  expect((await project.call(["init", "--hooks"], {}, top)).code).toBe(0);
  run(top, "git", "add", ".");
  run(top, "git", "commit", "--quiet", "-m", "first");
  // direnv loads nothing that its user did not allow.
  expect(() => loaded(top)).toThrow("Command failed: direnv exec");
  run(top, "direnv", "allow", ".");
  expect(loaded(top)).toBe("");
  const first = await writeUrls(top);
  expect(loaded(top)).toBe(first);

  const worktree = join(project.directory, "second");
  run(top, "git", "worktree", "add", "--quiet", "-b", "second", worktree);
  run(worktree, "direnv", "allow", ".");
  expect(loaded(worktree)).toBe("");
  const second = await writeUrls(worktree);
  expect(second).not.toBe(first);
  await mkdir(join(worktree, "below"));
  expect([loaded(worktree), loaded(join(worktree, "below")), loaded(top)]).toEqual([second, second, first]);

  run(worktree, "git", "add", "--force", ".env");
  expect(loaded(worktree)).toBe("");
});

test("the hook of direnv in bash follows a .env that is written, changed and removed", async ({ skip }) => {
  if (!isInstalled("direnv")) skip();
  await rm(join(top, ".env"), { force: true });
  await appendFile(join(project.directory, "kept"), "PGDATABASE=one\n");
  const script = `
    eval "$(direnv hook bash)"
    say() { _direnv_hook; echo "$1 $PGDATABASE"; }
    say none; cp ../kept .env; say written; sleep 1; sed -i s/one/two/ .env; say changed; rm .env; say removed; cd ..; say left`;
  expect(run(top, "bash", "-c", script).split("\n")).toEqual(["none ", "written one", "changed two", "removed ", "left"]);
});
