import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import type { Context } from "../../context/context.ts";
import { OffshootError } from "../../errors.ts";
import { topOf } from "../../identity/checkout.ts";
import { environmentForGit } from "../../identity/git-environment.ts";
import { runProgram } from "../../process/run-program.ts";
import { MIB } from "../../read-file.ts";
import { shellCommand } from "../../shell-command.ts";
import { unknownCommit } from "./unknown-commit.ts";

/** The files of a commit are written to a temporary folder. A larger repository is refused. */
const MOST_BYTES = 512 * MIB;
const MOST_FILES = 100_000;
/** Folders that git ignores, and that migration tools need. They are the ones of the working tree. */
const INSTALLED = ["node_modules", ".venv", "venv", "vendor"];
const GIT_MS = 60_000;

/** The id of the commit that `ref` names. Throws `USAGE`. */
export async function resolveCommit(context: Context, ref: string, flag: string): Promise<string> {
  const commit = await findCommit(context, ref);
  if (commit !== undefined) return commit;
  const { stdout, failure } = await git(context, ["for-each-ref", "--format=%(refname:short)"]);
  throw unknownCommit(ref, flag, failure === undefined ? stdout.split("\n").filter((name) => name !== "") : []);
}

/** The same; undefined if git does not know it, or is not installed. */
export async function findCommit(context: Context, ref: string): Promise<string | undefined> {
  const { stdout, failure } = await git(context, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  return failure === undefined ? stdout.trim() : undefined;
}

/** The commit from which two commits started. */
export async function commonCommit(context: Context, one: string, other: string): Promise<string | undefined> {
  const { stdout, failure } = await git(context, ["merge-base", one, other]);
  return failure === undefined ? stdout.trim() : undefined;
}

/**
 * Runs `work` with the context of the same project in a folder with the files of a commit; undefined if the commit does not
 * have the project's folder. No program of the repository's git configuration runs, so files are as git stores them.
 */
export async function withFilesOf<T>(context: Context, commit: string, work: (past: Context | undefined) => Promise<T>): Promise<T> {
  const top = await realpath(await topOf(context.cwd));
  const folder = await realpath(await mkdtemp(join(tmpdir(), "offshoot-commit-")));
  try {
    await writeFiles(context, commit, folder);
    const moved = async (path: string): Promise<string> => join(folder, relative(top, await realpath(path)));
    const [cwd, directory] = [await moved(context.cwd), await moved(context.resolved.directory)];
    if (!existsSync(cwd) || !existsSync(directory)) return await work(undefined);
    await linkInstalled(top, folder, [cwd, directory, join(directory, context.settings.migrations.directory ?? ".")]);
    return await work({ ...context, cwd, resolved: { ...context.resolved, directory } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function git(context: Context, args: readonly string[]): ReturnType<typeof runProgram> {
  return runProgram(["git", ...args], {
    cwd: context.cwd,
    env: { ...environmentForGit(context.env), GIT_NO_LAZY_FETCH: "1" },
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(GIT_MS)]),
    mostBytes: 64 * MIB,
  });
}

async function writeFiles(context: Context, commit: string, folder: string): Promise<void> {
  const { stdout, failure } = await git({ ...context, cwd: await topOf(context.cwd) }, ["ls-tree", "-r", "-z", "-l", commit]);
  if (failure !== undefined) throw unreadable(commit, failure.message);
  const files = [...stdout.matchAll(/(\d+) blob ([0-9a-f]+) +(\d+)\t([^\0]+)\0/g)].map(([, mode, id = "", size, path = ""]) => ({
    mode,
    id,
    path,
    size: Number(size),
  }));
  if (files.length > MOST_FILES || files.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES)
    throw unreadable(commit, "it has too many or too large files");
  await readBlobs(
    context,
    files.map(({ id }) => id),
    async (at, content) => {
      const { path = "", mode } = files[at] ?? {};
      const target = resolve(folder, path);
      if (!target.startsWith(folder)) return;
      await mkdir(dirname(target), { recursive: true });
      if (mode !== "120000") return writeFile(target, content, { mode: mode === "100755" ? 0o755 : 0o644 });
      // A link that leads out of the folder is left out.
      if (resolve(dirname(target), content.toString()).startsWith(folder)) await symlink(content.toString(), target);
    },
  );
}

/** Reads the contents one after another from one process. `git cat-file` applies no filter. */
async function readBlobs(context: Context, ids: readonly string[], use: (at: number, content: Buffer) => Promise<void>): Promise<void> {
  const child = spawn("git", ["cat-file", "--batch"], {
    cwd: context.cwd,
    env: { ...environmentForGit(context.env), GIT_NO_LAZY_FETCH: "1" },
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(GIT_MS)]),
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(child, "close");
  child.stdin.on("error", () => {});
  child.stdin.end(ids.map((id) => `${id}\n`).join(""));
  let held: Buffer = Buffer.alloc(0);
  let at = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const line = held.indexOf(10);
      if (line < 0) break;
      const size = Number(/ blob (\d+)$/.exec(held.toString("latin1", 0, line))?.[1] ?? "0");
      if (held.length < line + size + 2) break;
      await use(at, held.subarray(line + 1, line + 1 + size));
      at += 1;
      held = held.subarray(line + size + 2);
    }
  }
  await ended;
  if (at !== ids.length) throw unreadable("the commit", "git did not return all of its files");
}

/** Links the installed packages of the working tree into the folder, next to the project and above it. */
async function linkInstalled(top: string, folder: string, projects: readonly string[]): Promise<void> {
  const folders = new Set<string>();
  for (const project of projects) for (let each = project; each.startsWith(folder); each = dirname(each)) folders.add(each);
  for (const each of folders)
    for (const name of INSTALLED) {
      const installed = join(top, relative(folder, each), name);
      if (existsSync(installed) && existsSync(each) && !existsSync(join(each, name)))
        await symlink(installed, join(each, name), "junction");
    }
}

function unreadable(commit: string, why: string): OffshootError {
  return new OffshootError("USAGE", `The files of the commit ${commit.slice(0, 12)} cannot be read: ${why.replace(/\.$/, "")}.`, {
    remedy: `Check it with: ${shellCommand(["git", "ls-tree", "-r", commit])}`,
  });
}
