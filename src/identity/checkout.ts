import { readFile, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { Env } from "../environment.ts";
import { hostFromRemote, repositoryFromRemote } from "./repository.ts";

/** What a developer's checkout tells about who asks, when no CI does. */
export interface Checkout {
  readonly user: string;
  readonly branch: string | undefined;
  readonly folder: string;
  readonly repository: string | undefined;
  /** Absolute path of the checkout's top; `cwd` outside of git. */
  readonly top: string;
  /** Host of `origin`, such as `github.com`. */
  readonly host: string | undefined;
}

/**
 * Reads user, git branch and `origin` from the checkout that holds `cwd`. Git itself is not run: it costs
 * more than the rest of a command, and isn't installed everywhere.
 */
export async function readCheckout(cwd: string, env: Env): Promise<Checkout> {
  const git = await gitFolder(cwd);
  const [head, config] = await Promise.all([readText(git && join(git, "HEAD")), readText(git && join(await commonFolder(git), "config"))]);
  const top = git === undefined ? resolve(cwd) : await topOf(cwd);
  const origin = /\[remote "origin"\][^[]*?\burl\s*=\s*(\S+)/.exec(config)?.[1] ?? "";
  return {
    user: userName(env),
    branch: /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1]?.trim(),
    folder: basename(top),
    repository: repositoryFromRemote(origin),
    top,
    host: hostFromRemote(origin),
  };
}

/** The checkout's top: the nearest folder with a `.git`, or `cwd` itself. */
export async function topOf(cwd: string): Promise<string> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (await exists(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return resolve(cwd);
  }
}

/** The `.git` folder; in a worktree or submodule `.git` is a file that points to it. */
async function gitFolder(cwd: string): Promise<string | undefined> {
  const dotGit = join(await topOf(cwd), ".git");
  if (!(await exists(dotGit))) return undefined;
  const pointer = /^gitdir: (.+)$/m.exec(await readText(dotGit))?.[1];
  return pointer === undefined ? dotGit : resolve(dirname(dotGit), pointer.trim());
}

/** Worktrees keep `HEAD` to themselves and share `config`. */
async function commonFolder(git: string): Promise<string> {
  const common = await readText(join(git, "commondir"));
  return common === "" ? git : resolve(git, common.trim());
}

function userName(env: Env): string {
  const named = env["USER"] ?? env["USERNAME"];
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return "user";
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A file's text; empty where there is none, or where it is a folder. */
async function readText(path: string | undefined): Promise<string> {
  return path === undefined ? "" : readFile(path, "utf8").catch(() => "");
}
