import { addSection, firstComment, isComment, type Section } from "../ci/summary/comment.ts";
import { type Deadline, jitter } from "../deadline.ts";
import { type GitHub, isGitHubFailure } from "./client.ts";

/** Where a comment goes. */
export interface CommentPlace {
  readonly pullRequest: number;
  /** Tells the comments of several workflows on one pull request apart. */
  readonly id: string;
}

interface Comment {
  readonly id: number;
  readonly body?: string | null;
  readonly user?: { readonly type?: string } | null;
}

/**
 * GitHub has no write that fails when somebody else was quicker. So after each write we look again, this much later,
 * and write again where another job's reply has swallowed ours.
 */
const SETTLE_MS = 800;

/**
 * Puts a section into the one comment of this workflow on a pull request: made where it is missing, changed where it is
 * there, left alone where it says the same already or tells of a later run. Any number of jobs may do so at once.
 *
 * Throws `TIMED_OUT` past the deadline, and a `GitHubFailure` where the token may not write, as in runs of forks.
 */
export async function keepComment(github: GitHub, place: CommentPlace, section: Section, within: Deadline): Promise<void> {
  const made = new Set<number>();
  for (;;) {
    try {
      if (await isTold(github, place, section, made)) return;
    } catch (thrown) {
      within.check();
      if (!isWorthRetrying(thrown)) throw thrown;
    }
    await within.pause(jitter(SETTLE_MS));
  }
}

/** One look and, where it is wanted, one write. True where the look found nothing left to write. */
async function isTold(github: GitHub, { pullRequest, id }: CommentPlace, section: Section, made: Set<number>): Promise<boolean> {
  const comments = await github.list<Comment>(`/issues/${pullRequest}/comments`);
  const [kept, ...others] = comments
    // Anybody may write our first line into a comment of theirs.
    .filter(({ body, user }) => isComment(body ?? "", id) && (!github.isApp || user?.type === "Bot"))
    .toSorted((one, other) => one.id - other.id);
  if (kept === undefined) {
    const created = await github.send<Comment>("POST", `/issues/${pullRequest}/comments`, { body: firstComment(id, section) });
    if (created !== undefined) made.add(created.id);
    return false;
  }
  // Two jobs made one each at the same moment: the first stays, and each job takes back what it made itself.
  for (const other of others) if (made.delete(other.id)) await github.send("DELETE", `/issues/comments/${other.id}`);
  const next = addSection(kept.body ?? "", id, section);
  if (next === undefined) return true;
  await github.send("PATCH", `/issues/comments/${kept.id}`, { body: next });
  return false;
}

function isWorthRetrying(thrown: unknown): boolean {
  if (isGitHubFailure(thrown)) return thrown.status >= 500 || thrown.status === 429;
  // `fetch` tells a network fault as a TypeError.
  return thrown instanceof TypeError;
}
