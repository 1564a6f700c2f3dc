import { messageOf } from "../errors.ts";
import type { Env } from "../environment.ts";
import type { Listener } from "../events.ts";
import type { OwnerTag } from "../identity/owner-tag.ts";
import { canBeSameServer, isKeyOfCi } from "../identity/service-key.ts";
import { githubOf } from "./client.ts";
import { remoteRefs } from "./remote-refs.ts";
import { PULL_REQUEST } from "./replies.ts";

/** The closed pull requests and deleted git refs of one repository. */
export interface ClosedRefs {
  readonly repository: string;
  readonly server?: string | undefined;
  readonly pullRequests: ReadonlySet<number>;
  readonly refs: ReadonlySet<string>;
}

/** The checkout, its environment and its repository. */
export interface RepositoryAccess {
  readonly cwd: string;
  readonly env: Env;
  readonly run: { readonly repository: string; readonly server?: string | undefined };
  readonly signal: AbortSignal;
  readonly emit: Listener;
}

/**
 * Only runs of a CI of the same server are checked: numbers and refs of a repository with the same name on another one mean nothing
 * here. A developer's run can belong to a branch that was never pushed.
 */
function isChecked(tag: OwnerTag, { repository, server }: RepositoryAccess["run"]): boolean {
  const isOfCi = tag.owner === undefined && isKeyOfCi(tag.run);
  return tag.repository === repository && isOfCi && canBeSameServer(tag.server, server);
}

/**
 * The closed pull requests and deleted git refs among those that the listed databases of this repository belong to. Asks
 * GitHub, with `GITHUB_TOKEN`, and the remote `origin`. When one of them does not answer, a note reports it, and nothing
 * counts as closed there.
 */
export async function closedOf(access: RepositoryAccess, listed: readonly { readonly tag: OwnerTag | undefined }[]): Promise<ClosedRefs> {
  const { repository, server } = access.run;
  const tags = listed.flatMap(({ tag }) => (tag !== undefined && isChecked(tag, access.run) ? [tag] : []));
  const numbers = tags.flatMap(({ pullRequest }) => pullRequest ?? []);
  const refs = tags.flatMap(({ pullRequest, ref }) => (pullRequest === undefined ? (ref ?? []) : []));
  const [openNumbers, existingRefs] = await Promise.all([
    numbers.length === 0 ? undefined : orNote(access, "the open pull requests", () => openPullRequests(access)),
    refs.length === 0 ? undefined : orNote(access, "the git refs of the remote", () => remoteRefs(access)),
  ]);
  return {
    repository,
    server,
    pullRequests: new Set(openNumbers === undefined ? [] : numbers.filter((number) => !openNumbers.has(number))),
    refs: new Set(existingRefs === undefined ? [] : refs.filter((ref) => !existingRefs.has(ref))),
  };
}

/** The closed pull requests of these repositories, at most 10,000 of each. A repository that cannot be read, or that has more, is missing, and a note reports it. */
export async function closedPullRequests(
  access: RepositoryAccess,
  repositories: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const all = new Map<string, ReadonlySet<number>>();
  for (const repository of repositories) {
    const read = async (): Promise<ReadonlySet<number>> => {
      const github = githubOf(access.env, repository, access.signal);
      if (github === undefined) throw new Error("GITHUB_API_URL or GITHUB_TOKEN is not set");
      return new Set((await github.list("/pulls?state=closed", PULL_REQUEST)).map(({ number }) => number));
    };
    const closed = await orNote(access, `the closed pull requests of ${repository}`, read);
    if (closed !== undefined) all.set(repository, closed);
  }
  return all;
}

async function orNote<T>(access: RepositoryAccess, what: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    access.emit({ kind: "note", text: `Could not read ${what}: ${messageOf(thrown)}. No database counts as closed because of them.` });
    return undefined;
  }
}

async function openPullRequests({ env, run, signal }: RepositoryAccess): Promise<ReadonlySet<number> | undefined> {
  const open = await githubOf(env, run.repository, signal)?.list("/pulls?state=open", PULL_REQUEST);
  return open && new Set(open.map(({ number }) => number));
}
