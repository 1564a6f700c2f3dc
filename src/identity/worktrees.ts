import { basename, dirname, join, resolve } from "node:path";
import { runProgram } from "../process/run-program.ts";
import type { Env } from "../environment.ts";
import { namesIn, realpath } from "../file-facts.ts";
import { MIB, readText } from "../read-file.ts";
import { lastRecorded, recordedId } from "./checkout-id.ts";
import { commonFolder } from "./common-folder.ts";
import { environmentForGit } from "./git-environment.ts";
import { shortHash } from "./slug.ts";

/** Hex digits of each half of a mark. */
const LENGTH = 16;

/** Milliseconds for git to list its branches. It needs a few. */
const GIT_MS = 10_000;

/** More than a hundred thousand branches. */
const MOST_BRANCHES_BYTES = 16 * MIB;

/**
 * Which clone and which of its worktrees a checkout is: two hashes with a `-` between them. The owner tag of a person's
 * database contains it, so that a sweep in the same clone finds the databases of worktrees that were removed. Undefined where an id could not be
 * recorded: nothing can be concluded from its absence then.
 */
export async function checkoutMark(git: string, top: string): Promise<string | undefined> {
  const [clone, worktree] = await Promise.all([cloneHash(git, top), recordedId(git, await realpath(top).catch(() => top))]);
  return clone === undefined || worktree === undefined ? undefined : `${clone}-${shortHash(worktree, LENGTH)}`;
}

async function cloneHash(git: string, top: string): Promise<string | undefined> {
  const common = await commonFolder(git);
  const id = common === git ? await recordedId(git, await realpath(top).catch(() => top)) : await idOfCommon(common);
  return id && shortHash(id, LENGTH);
}

/** The id of the clone, seen from one of its worktrees. A copied folder must not have the id of its original. */
async function idOfCommon(common: string): Promise<string | undefined> {
  const folder = await realpath(common).catch(() => common);
  const recorded = await lastRecorded(folder);
  // A bare clone and a submodule have no checkout beside their git folder: the recorded path must lead here.
  if (recorded !== undefined && (await leadsTo(recorded.path, folder))) return recorded.id;
  if (basename(folder) === ".git") return recordedId(folder, dirname(folder));
  return recorded === undefined ? recordedId(folder, folder) : undefined;
}

async function leadsTo(path: string, folder: string): Promise<boolean> {
  if (path === folder) return true;
  const pointer = /^gitdir: (.+)$/m.exec(await readText(join(path, ".git")).catch(() => ""))?.[1]?.trim();
  return (await realpath(resolve(path, pointer ?? ".git")).catch(() => "")) === folder;
}

/** What exists in the clone that contains a checkout. */
export interface LocalClone {
  /** The first half of the marks of its worktrees. */
  readonly clone: string;
  /** The second halves of the marks of the worktrees that exist. */
  readonly worktrees: ReadonlySet<string>;
  /** The git branches that exist. Undefined when git did not list them. */
  readonly branches: ReadonlySet<string> | undefined;
}

/**
 * Reads the worktrees and branches of a clone. A worktree exists until `git worktree remove` or `git worktree prune`: its folder can be on a
 * disk that is not mounted, or outside of a development container.
 */
export async function readLocalClone(git: string, top: string, env: Env, signal: AbortSignal): Promise<LocalClone | undefined> {
  const clone = await cloneHash(git, top);
  if (clone === undefined) return undefined;
  const common = await commonFolder(git);
  const below = await namesIn(join(common, "worktrees")).catch(() => []);
  const folders = [common, ...below.map((name) => join(common, "worktrees", name))];
  const recorded = await Promise.all(folders.map((folder) => lastRecorded(folder)));
  return {
    clone,
    worktrees: new Set(recorded.flatMap((found) => (found === undefined ? [] : [shortHash(found.id, LENGTH)]))),
    branches: await branchesOf(top, folders, env, signal),
  };
}

/** The branches of git, and those that a worktree is on: before its first commit a branch is in no list. */
async function branchesOf(
  top: string,
  folders: readonly string[],
  env: Env,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const { stdout, failure } = await runProgram(["git", "for-each-ref", "--format=%(refname)", "refs/heads"], {
    cwd: top,
    env: { ...environmentForGit(env), GIT_NO_LAZY_FETCH: "1" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(GIT_MS)]),
    mostBytes: MOST_BRANCHES_BYTES,
  });
  if (failure !== undefined) return undefined;
  const heads = await Promise.all(folders.map((folder) => readText(join(folder, "HEAD")).catch(() => "")));
  const names = [stdout, ...heads].flatMap((text) => [...text.matchAll(/^(?:ref: )?refs\/heads\/(.+)$/gm)].map((match) => match[1] ?? ""));
  return new Set(names);
}
