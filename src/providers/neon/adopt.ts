import { messageOf, OffshootError } from "../../errors.ts";
import type { Wanted } from "../provider.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { type Branch, isSibling } from "./branch.ts";
import { withinLimit } from "./request.ts";

/** Siblings that start within a minute of each other need not write the same expiry again and again. */
const WORTH_WRITING_MS = 60_000;

/** Throws `NOT_OURS`, telling whose it is, unless the branch was made for the same run or the same base. */
export function requireSibling({ name, id, tag, createdBy, createdAt }: Branch, wanted: Wanted): void {
  if (tag !== undefined && isSibling(tag, wanted.tag)) return;
  const owner =
    tag === undefined
      ? `carries no owner tag of offshoot; ${createdBy ?? "somebody"} created it at ${createdAt.toISOString()}`
      : `belongs to the run ${tag.run} of ${tag.repository}`;
  throw new OffshootError("NOT_OURS", `The Neon branch ${name} (${id}) exists and ${owner}.`, {
    meaning: "It is neither used nor removed for this run.",
    remedy: "Rename or delete it in Neon if it is yours, or choose another run name with --run.",
    facts: { branch: id },
  });
}

/** An annotation can't be changed, so a branch that the last `offshoot run` removes can't be made to stay: that is told. */
export function warnOfLifetime({ name, tag }: Branch, wanted: Wanted, { emit }: Bounds): void {
  if (tag?.lifetime !== "last-run" || wanted.tag.lifetime === "last-run") return;
  emit({ kind: "warning", text: `The branch ${name} was created by \`offshoot run\`, and goes when the last such run of it ends.` });
}

/** Makes an adopted branch live as long as its new user asks. A renewal that fails is told and changes nothing else. */
export async function renew(api: NeonApi, branch: Branch, wanted: Wanted, now: Date, bounds: Bounds): Promise<Branch> {
  const { expiresAt } = branch;
  // A base stops expiring when it is ready, which may be this moment. And where Neon took no expiry before, it takes none now.
  if (wanted.tag.kind === "base" || wanted.expiresAt === undefined || expiresAt === undefined) return branch;
  const until = withinLimit(wanted.expiresAt, now);
  if (until.getTime() - expiresAt.getTime() <= WORTH_WRITING_MS) return branch;
  try {
    return { ...branch, expiresAt: (await api.updateBranch(branch.id, { expiresAt: until }, bounds)).expiresAt ?? until };
  } catch (thrown) {
    bounds.within.check();
    bounds.emit({
      kind: "warning",
      text: `The branch ${branch.name} still expires at ${expiresAt.toISOString()}: its expiry could not be renewed (${messageOf(thrown)})`,
    });
    return branch;
  }
}
