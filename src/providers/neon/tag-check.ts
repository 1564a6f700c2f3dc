import { jitter } from "../../deadline.ts";
import { isOffshootError, messageOf, OffshootError } from "../../errors.ts";
import { factsOf } from "./api-errors.ts";
import { isSibling } from "./branches.ts";
import type { Setup } from "./options.ts";
import type { Branch, CallContext } from "./types.ts";
import { formatUtc } from "../../moment.ts";

/** How long the tag of a new branch is read, and the time limit of one read, in milliseconds. Some of Neon's servers know a new branch later. */
const READING_MS = 6000;
const READ_MS = 3000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 1000;
/** The tag may appear later than the branch, so that one read without it proves nothing. */
const READS_WITHOUT = 3;
/** The time can be over after one read, when the process was stopped. So many reads are made nevertheless. */
const LEAST_READS = 3;
/** A branch that was seen without its tag is read so often, also after the time. */
const MOST_READS = 15;
/** The time limit for deleting a branch without a tag, in milliseconds. */
const DELETE_MS = 15_000;

/**
 * Opens a branch that this call created, and reads at the same time whether Neon has kept its owner tag: the reply to the
 * create does not contain it. A branch without the tag is deleted by its id, which only this call knows, and the result is an
 * error. Nothing could delete that branch later, because a name and an expiry do not prove that it belongs to offshoot.
 */
export async function withTagCheck<T>(
  setup: Setup,
  branch: Branch,
  context: CallContext,
  open: (context: CallContext) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.deadline.signal, stop.signal]);
  const deadline = setup.dependencies.deadline(`getting the Neon branch ${branch.name}`, context.deadline.leftMs(), signal);
  const opening = open({ ...context, deadline });
  // Its failure is reported after the check, which takes seconds at most and has the more important error.
  opening.catch(() => {});
  try {
    await requireTag(setup, branch, context);
  } catch (thrown) {
    stop.abort();
    throw thrown;
  }
  return opening;
}

async function requireTag(setup: Setup, branch: Branch, context: CallContext): Promise<void> {
  const seen = await seenTag(setup, branch, context);
  if (seen === "kept") return;
  if (seen === "missing") throw await removeUntagged(setup, branch, context);
  const text = `Neon did not show whether it has kept the owner tag of the branch ${branch.name}. If it has not, offshoot cannot delete the branch.`;
  context.emit({ kind: "warning", text });
}

async function seenTag(
  { api, dependencies }: Setup,
  { id, name, tag }: Branch,
  { deadline, emit }: CallContext,
): Promise<"kept" | "missing" | "unknown"> {
  const start = deadline.leftMs();
  const isTimeLeft = (): boolean => start - deadline.leftMs() < READING_MS;
  let without = 0;
  let pauseMs = FIRST_PAUSE_MS;
  const isDue = (reads: number): boolean => (without > 0 ? reads < MOST_READS : reads < LEAST_READS || isTimeLeft());
  for (let reads = 0; isDue(reads); reads += 1) {
    try {
      const within = dependencies.deadline(`reading the owner tag of ${name}`, READ_MS, deadline.signal);
      const current = await api.branch(id, { deadline: within, emit });
      if (current.tag !== undefined && tag !== undefined && isSibling(current.tag, tag)) return "kept";
      without += 1;
      if (without === READS_WITHOUT) return "missing";
    } catch (thrown) {
      deadline.check();
      if (factsOf(thrown) === undefined && !(isOffshootError(thrown) && thrown.code === "TIMED_OUT")) throw thrown;
    }
    await deadline.pause(jitter(pauseMs, dependencies.random));
    pauseMs = Math.min(pauseMs * 1.6, LONGEST_PAUSE_MS);
  }
  return "unknown";
}

async function removeUntagged(
  { api, dependencies }: Setup,
  { id, name, expiresAt }: Branch,
  { emit }: CallContext,
): Promise<OffshootError> {
  const context = { deadline: dependencies.deadline(`deleting the branch ${name}`, DELETE_MS), emit };
  const kept = await api
    .deleteBranch(id, context, async () => {})
    .then(
      () => undefined,
      (thrown: unknown) => messageOf(thrown).replace(/\.$/, ""),
    );
  const until = expiresAt === undefined ? "has no expiry" : `expires at ${formatUtc(expiresAt)}`;
  const outcome = kept === undefined ? "so the branch was deleted again" : `and the branch could not be deleted again (${kept})`;
  return new OffshootError("PROVIDER_REJECTED", `Neon created the branch ${name} (${id}) without the owner tag of offshoot, ${outcome}.`, {
    meaning: `Only the tag, which is sent as an annotation, proves that offshoot may delete a branch.${kept === undefined ? "" : ` This branch ${until}.`}`,
    remedy: `${kept === undefined ? "" : "Delete the branch in Neon. "}Check NEON_API_HOST and any proxy between this machine and Neon: they must pass annotations on.`,
    facts: { branch: id, tag: "missing", kept: kept !== undefined },
  });
}
