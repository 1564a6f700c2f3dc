import { addSection, firstComment, isComment, type Section } from "../ci/summary/comment.ts";
import { type Deadline, jitter } from "../deadline.ts";
import type { GitHub } from "./client.ts";
import { COMMENT, CREATED_COMMENT, isTemporaryFailure } from "./replies.ts";

/** The pull request of a comment, and the id of the comment. */
export interface CommentPlace {
  readonly pullRequest: number;
  /** Identifies the comment: several workflows can each have one on the same pull request. */
  readonly id: string;
}

/**
 * GitHub has no conditional write. So the comment is read again this many milliseconds after each write, and written again
 * when another job has overwritten the section.
 */
const SETTLE_MS = 800;

/**
 * Writes a section into the comment of this workflow on a pull request. The comment is created when it is missing, and
 * not changed when its section is equal or belongs to a later run. Any number of jobs can do so at the same time.
 *
 * Throws `TIMED_OUT` after the deadline, and a `GitHubFailure` when the token has no write permission, as in runs of forks.
 */
export async function keepComment(github: GitHub, place: CommentPlace, section: Section, within: Deadline): Promise<void> {
  const made = new Set<number>();
  for (;;) {
    try {
      if (await writeOnce(github, place, section, made)) return;
    } catch (thrown) {
      within.check();
      if (!isTemporaryFailure(thrown)) throw thrown;
    }
    await within.pause(jitter(SETTLE_MS));
  }
}

/** Reads the comment once, and writes at most once. Returns true when there was nothing to write. */
async function writeOnce(github: GitHub, { pullRequest, id }: CommentPlace, section: Section, made: Set<number>): Promise<boolean> {
  const comments = await github.list(`/issues/${pullRequest}/comments`, COMMENT);
  const [kept, ...others] = comments
    // A user can copy the first line of our comment into a comment of their own.
    .filter(({ body, user }) => isComment(body ?? "", id) && (!github.isApp || user?.type === "Bot"))
    .toSorted((one, other) => one.id - other.id);
  if (kept === undefined) {
    const created = await github.create(`/issues/${pullRequest}/comments`, { body: firstComment(id, section) }, CREATED_COMMENT);
    made.add(created.id);
    return false;
  }
  // Two jobs created a comment at the same moment: the first comment is kept, and each job deletes its own later one.
  for (const other of others) if (made.delete(other.id)) await github.send("DELETE", `/issues/comments/${other.id}`);
  const next = addSection(kept.body ?? "", id, section);
  if (next === undefined) return true;
  await github.send("PATCH", `/issues/comments/${kept.id}`, { body: next });
  return false;
}
