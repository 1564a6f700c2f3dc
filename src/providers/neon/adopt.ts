import { messageOf, OffshootError } from "../../errors.ts";
import type { DatabaseRequest } from "../provider.ts";
import { isSibling, limitExpiry } from "./branches.ts";
import type { Branch, CallContext, NeonApi } from "./types.ts";
import { formatUtc } from "../../moment.ts";

/** The jobs of a run start soon after each other. Each would send a call to change the expiry by less than this part of its time to live. */
const SMALLEST_RENEWAL = 0.1;

/** Throws `NOT_OURS` with the branch's owner, unless the branch was created for the same run or the same base. */
export function requireSibling(branch: Branch, wanted: DatabaseRequest): void {
  const { name, id, tag } = branch;
  if (tag !== undefined && isSibling(tag, wanted.tag)) return;
  const owner =
    tag === undefined ? `has no owner tag of offshoot. It was ${createdBy(branch)}` : `belongs to the run ${tag.run} of ${tag.repository}`;
  throw new OffshootError("NOT_OURS", `The Neon branch ${name} (${id}) exists and ${owner}.`, {
    meaning: "This run cannot use the branch, and did not change it.",
    remedy: "Choose another run name with --run. If the branch is yours, you can instead rename or delete it in Neon.",
    facts: { branch: id },
  });
}

export function createdBy({ createdBy: person, createdAt }: Branch): string {
  return `created by ${person ?? "an unknown user"} at ${formatUtc(createdAt)}`;
}

/** Annotations cannot be changed, so a branch that the last `offshoot run` deletes cannot be kept. A warning reports that. */
export function warnOfLifetime({ name, tag }: Branch, wanted: DatabaseRequest, { emit }: CallContext): void {
  if (tag?.lifetime !== "last-run" || wanted.tag.lifetime === "last-run") return;
  emit({
    kind: "warning",
    text: `\`offshoot run\` created the branch ${name}. It is deleted when the last \`offshoot run\` that uses it ends.`,
  });
}

/** Moves the expiry of an adopted branch to the time that this run wants, if that is later. A failed renewal is only a warning. */
export async function renewExpiry(api: NeonApi, branch: Branch, wanted: DatabaseRequest, now: Date, context: CallContext): Promise<Branch> {
  const { expiresAt } = branch;
  // A base loses its expiry when it becomes ready, which may happen now. And if Neon set no expiry before, it sets none now.
  if (wanted.tag.kind === "base" || wanted.expiresAt === undefined || expiresAt === undefined) return branch;
  const until = limitExpiry(wanted.expiresAt, now);
  const smallestMs = (until.getTime() - now.getTime()) * SMALLEST_RENEWAL;
  if (until.getTime() - expiresAt.getTime() <= smallestMs) return branch;
  return setExpiry(api, branch, until, context);
}

/** Sets the expiry of a branch. A failure is only a warning. */
export async function setExpiry(api: NeonApi, branch: Branch, until: Date, context: CallContext): Promise<Branch> {
  try {
    return { ...branch, expiresAt: (await api.updateBranch(branch.id, { expiresAt: until }, context)).expiresAt ?? until };
  } catch (thrown) {
    context.deadline.check();
    context.emit({
      kind: "warning",
      text: `The expiry of the branch ${branch.name} could not be renewed (${messageOf(thrown)}). It still expires at ${branch.expiresAt && formatUtc(branch.expiresAt)}.`,
    });
    return branch;
  }
}
