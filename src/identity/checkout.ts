import { userInfo } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { Env } from "../environment.ts";
import { isForeign } from "../foreign-entry.ts";
import { stat } from "../file-facts.ts";
import { readText as textOf } from "../read-file.ts";
import { checkoutId } from "./checkout-id.ts";
import { commonFolder } from "./common-folder.ts";
import { hostFromRemote, repositoryFromRemote } from "./git-remote.ts";
import { readPerson } from "./person.ts";
import { checkoutMark } from "./worktrees.ts";
import type { Developer } from "./run-identity.ts";

/** Facts of a git checkout. */
export interface Checkout {
  readonly branch: string | undefined;
  /** Name of the top folder; in a worktree that of the main checkout, so that all worktrees are one repository without a remote too. */
  readonly folder: string;
  readonly repository: string | undefined;
  /** Absolute path of the checkout's top folder; `cwd` outside of git. */
  readonly top: string;
  /** The folder with `HEAD`; undefined outside of git. */
  readonly git: string | undefined;
  /** Host of `origin`, such as `github.com`. */
  readonly host: string | undefined;
}

/**
 * Reads the git branch and the remote `origin` of the checkout that contains `cwd`. It reads git's files and does not run
 * git, which is not installed everywhere.
 */
export async function readCheckout(cwd: string): Promise<Checkout> {
  const git = await gitFolder(cwd);
  const common = git && (await commonFolder(git));
  const [head, config] = await Promise.all([readText(git && join(git, "HEAD")), readText(common && join(common, "config"))]);
  const top = git === undefined ? resolve(cwd) : await topOf(cwd);
  const origin = /\[remote "origin"\][^[]*?\burl\s*=\s*(\S+)/.exec(config)?.[1] ?? "";
  return {
    branch: /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1]?.trim(),
    folder: basename(common !== git && common !== undefined && basename(common) === ".git" ? dirname(common) : top),
    repository: repositoryFromRemote(origin),
    top,
    git,
    host: hostFromRemote(origin),
  };
}

/** The person who works in a checkout, and the id of the checkout. Together they identify a run outside of a CI. */
export async function readDeveloper({ top, git }: Pick<Checkout, "top" | "git">, env: Env): Promise<Developer> {
  const user = userName(env);
  const places = git === undefined ? undefined : { top, head: git, config: await commonFolder(git) };
  const [person, checkout] = await Promise.all([readPerson(top, user, env, places), checkoutId(git, top)]);
  return { user, person, checkout, mark: git === undefined ? undefined : await checkoutMark(git, top) };
}

/** The checkout's top folder: the nearest one with a `.git` that no other user of the machine put there, or `cwd` itself. */
export async function topOf(cwd: string): Promise<string> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const git = join(folder, ".git");
    if ((await exists(git)) && !(await isForeign(git, resolve(cwd)))) return folder;
    if (folder === dirname(folder)) return resolve(cwd);
  }
}

/** The `.git` folder. In a worktree or submodule `.git` is a file with the path of that folder. */
async function gitFolder(cwd: string): Promise<string | undefined> {
  const dotGit = join(await topOf(cwd), ".git");
  if (!(await exists(dotGit)) || (await isForeign(dotGit, resolve(cwd)))) return undefined;
  const pointer = /^gitdir: (.+)$/m.exec(await readText(dotGit))?.[1];
  return pointer === undefined ? dotGit : resolve(dirname(dotGit), pointer.trim());
}

function userName(env: Env): string {
  const named = env["USER"] ?? env["USERNAME"];
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    // In a container the user id can be one without a name.
    return "user";
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The text of a file; empty if the path does not exist or is a folder. */
async function readText(path: string | undefined): Promise<string> {
  return path === undefined ? "" : textOf(path).catch(() => "");
}
