import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { messageOf } from "../errors.ts";
import type { Env } from "../environment.ts";
import type { Listener } from "../events.ts";
import type { OwnerTag } from "../identity/owner-tag.ts";
import { githubOf } from "./client.ts";

/** What was found to be closed in one repository. */
export interface ClosedRefs {
  readonly repository: string;
  readonly pullRequests: ReadonlySet<number>;
  readonly refs: ReadonlySet<string>;
}

/** Where it is asked, and for which repository. */
export interface Place {
  readonly cwd: string;
  readonly env: Env;
  readonly run: { readonly repository: string };
  readonly signal: AbortSignal;
  readonly emit: Listener;
}

/** Names that only CI runs have: a person's own branch need not be pushed, so that its absence says nothing. */
const CI_RUN = /^(run|pr)-/;

const ASK_MS = 20_000;

/**
 * Pull requests that are closed and git refs that are gone, among those that the databases of this repository were made
 * for, as far as somebody can be asked: GitHub with `GITHUB_TOKEN`, and the remote `origin`. Who can't answer is
 * told in a note, and then nothing counts as closed.
 */
export async function closedOf(context: Place, listed: readonly { readonly tag: OwnerTag | undefined }[]): Promise<ClosedRefs> {
  const { repository } = context.run;
  const tags = listed.flatMap(({ tag }) => (tag !== undefined && tag.repository === repository && CI_RUN.test(tag.run) ? [tag] : []));
  const numbers = tags.flatMap(({ pullRequest }) => pullRequest ?? []);
  const refs = tags.flatMap(({ pullRequest, ref }) => (pullRequest === undefined ? (ref ?? []) : []));
  const [open, there] = await Promise.all([
    numbers.length === 0 ? undefined : asked(context, "the open pull requests", () => openPullRequests(context)),
    refs.length === 0 ? undefined : asked(context, "the remote's git refs", () => remoteRefs(context)),
  ]);
  return {
    repository,
    pullRequests: new Set(open === undefined ? [] : numbers.filter((number) => !open.has(number))),
    refs: new Set(there === undefined ? [] : refs.filter((ref) => !there.has(ref))),
  };
}

async function asked<T>(context: Place, what: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    context.emit({ kind: "note", text: `Could not read ${what}: ${messageOf(thrown)}. Nothing is swept for their sake.` });
    return undefined;
  }
}

async function openPullRequests({ env, run, signal }: Place): Promise<ReadonlySet<number> | undefined> {
  const open = await githubOf(env, run.repository, signal)?.list<{ readonly number: number }>("/pulls?state=open");
  return open && new Set(open.map(({ number }) => number));
}

/** Branches and tags of `origin`, by their short names. An empty answer is no answer: no remote loses all its branches. */
async function remoteRefs({ cwd, env, signal }: Place): Promise<ReadonlySet<string> | undefined> {
  const options = { cwd, env: { ...env, GIT_TERMINAL_PROMPT: "0" }, signal, timeout: ASK_MS, maxBuffer: 64 * 2 ** 20 };
  const { stdout } = await promisify(execFile)("git", ["ls-remote", "--heads", "--tags", "origin"], options);
  const refs = [...stdout.matchAll(/\trefs\/(?:heads|tags)\/(.+)$/gm)].map((match) => match[1] ?? "");
  return refs.length === 0 ? undefined : new Set(refs);
}
