import { identifier, literal } from "../../postgres/identifier.ts";
import { type OwnerTag, tagFromText, tagToText, timestamp } from "../../identity/owner-tag.ts";

/** What a database's comment says. */
export interface Comment {
  readonly tag: OwnerTag | undefined;
  /** Only bases carry it: when a run last started from there. */
  readonly lastUsedAt: Date | undefined;
}

const LAST_USED = "last used ";

/** The owner tag, and in a second line when a base was last used. */
export function formatComment(tag: OwnerTag, lastUsedAt?: Date): string {
  return lastUsedAt === undefined ? tagToText(tag) : `${tagToText(tag)}\n${LAST_USED}${timestamp(lastUsedAt)}`;
}

export function parseComment(text: string | null): Comment {
  const [first, second] = text?.split("\n") ?? [];
  const ms = second?.startsWith(LAST_USED) ? Date.parse(second.slice(LAST_USED.length)) : Number.NaN;
  return { tag: tagFromText(first), lastUsedAt: Number.isNaN(ms) ? undefined : new Date(ms) };
}

/** The statement that writes a comment. */
export function commentOn(database: string, comment: string): string {
  return `comment on database ${identifier(database)} is ${literal(comment)}`;
}
