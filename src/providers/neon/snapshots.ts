import { jitter } from "../../deadline.ts";
import { messageOf, OffshootError } from "../../errors.ts";
import type { Released } from "../provider.ts";
import type { SnapshotRequest, StoredSnapshot } from "../snapshots.ts";
import { type CallFacts, factsOf, isCreateLost, isFormless, isNotReady, limitOf } from "./api-errors.ts";
import { downCommand, findByName, limitExpiry } from "./branches.ts";
import { requireDeletable } from "./deletion-guard.ts";
import type { Setup } from "./options.ts";
import { waitUntilFinished } from "./ready.ts";
import { markedName, markedNameOf } from "./snapshot-mark.ts";
import type { Branch, CallContext, NeonApi, NeonSnapshot } from "./types.ts";
import { formatUtc } from "../../moment.ts";

/** A request whose reply was lost is sent again at most this often, after the list has shown that it had no effect. */
export const MOST_ATTEMPTS = 5;

/** The snapshots of a run's branch, which carry the mark of offshoot. The branch need not exist any more. */
export async function listSnapshots({ api }: Pick<Setup, "api">, name: string, context: CallContext): Promise<readonly StoredSnapshot[]> {
  return (await api.snapshots(context)).flatMap((snapshot) => stored(snapshot, name) ?? []);
}

function stored(snapshot: NeonSnapshot, branchName: string): StoredSnapshot | undefined {
  const name = markedNameOf(snapshot, branchName);
  const { id, createdAt, expiresAt, sizeBytes } = snapshot;
  return name === undefined || expiresAt === undefined ? undefined : { provider: "neon", name, id, createdAt, expiresAt, sizeBytes };
}

/** Stores the state of a run's branch, with an expiry. A snapshot that Neon stores without one is deleted at once. */
export async function createSnapshot(setup: Setup, name: string, request: SnapshotRequest, context: CallContext): Promise<StoredSnapshot> {
  const { api, clock, choices, dependencies } = setup;
  const branch = await requireOwn(setup, name, request.check, "stored", context);
  const wanted = {
    name: markedName(name, request.name, branch.id),
    expiresAt: limitExpiry(new Date(request.expiresAt.getTime() + clock.skewMs()), dependencies.now()),
  };
  requireDeletable(branch, choices.parent, "stored");
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { snapshot, operations } = await api.createSnapshot(branch.id, wanted, context);
      await waitUntilFinished(api, operations, context, dependencies.random);
      return await requireExpiring(setup, snapshot, name, context);
    } catch (thrown) {
      const facts = factsOf(thrown);
      if (facts === undefined) throw thrown;
      const isLost = isCreateLost(facts);
      const found = isLost || isFormless(facts) ? await findStored(api, wanted, branch.tag?.run, context) : undefined;
      if (found !== undefined) return requireExpiring(setup, found, name, context);
      if (!(isLost || isNotReady(facts)) || attempt === MOST_ATTEMPTS) throw explained(branch, facts) ?? thrown;
    }
    await context.deadline.pause(jitter(500 * attempt, dependencies.random));
  }
}

/** The snapshot, if a request whose reply was lost has created it. Warns when the search fails too. */
async function findStored(
  api: NeonApi,
  { name, expiresAt }: { readonly name: string; readonly expiresAt: Date },
  run: string | undefined,
  context: CallContext,
): Promise<NeonSnapshot | undefined> {
  try {
    return (await api.snapshots(context)).find((snapshot) => snapshot.name === name);
  } catch (thrown) {
    const text = `Neon may have created the snapshot ${name}, but its reply was lost. If it exists, it expires at ${formatUtc(expiresAt)}. ${downCommand(run)} deletes it with the branch.`;
    context.emit({ kind: "warning", text });
    throw thrown;
  }
}

async function requireExpiring({ api }: Setup, snapshot: NeonSnapshot, name: string, context: CallContext): Promise<StoredSnapshot> {
  const found = stored(snapshot, name);
  if (found !== undefined) return found;
  await api.deleteSnapshot(snapshot.id, context);
  throw new OffshootError("PROVIDER_REJECTED", `Neon created the snapshot ${snapshot.name} without an expiry, so it was deleted again.`, {
    meaning: "A snapshot without an expiry would stay for ever if the run ended without deleting it.",
    remedy: "Check that a proxy in front of Neon's API passes the parameter expires_at on.",
  });
}

/** Why Neon stores no snapshot, where its own text does not say what to do. */
export function explained({ name }: Branch, { status, neonCode, neonMessage, ...facts }: CallFacts): OffshootError | undefined {
  if (status < 400 || status >= 423) return undefined;
  const text = `${neonCode} ${neonMessage}`;
  const all = { ...facts, status, neonCode, neonMessage };
  if (limitOf({ status, neonCode, neonMessage, ...facts }) !== undefined)
    return new OffshootError("PROVIDER_REJECTED", `The Neon project has reached its limit of branches: ${neonMessage}.`, {
      meaning: "A restore needs one more root branch, which holds the state of the snapshot. Nothing was changed.",
      remedy:
        "Run `offshoot sweep --yes` to delete the branches of offshoot that are no longer needed, or raise the limit of the Neon plan.",
      facts: all,
    });
  if (/root branch/i.test(neonMessage))
    return new OffshootError("PROVIDER_REJECTED", `Neon stores no snapshot of the branch ${name}: ${neonMessage}.`, {
      meaning: "A run's branch has a parent, unless it was created with neon.schemaOnly.",
      remedy: "Use `offshoot reset` to go back to the parent's state, or a local provider, which stores snapshots of every database.",
      facts: all,
    });
  if (!/snapshots?[ _]limit|limit.*snapshot/i.test(text)) return undefined;
  return new OffshootError("PROVIDER_REJECTED", `The Neon project has reached its limit of snapshots: ${neonMessage}.`, {
    meaning: "Nothing was stored.",
    remedy: "Delete one with `offshoot snapshot NAME --delete`, or in Neon's console, or raise the limit of the Neon plan.",
    facts: all,
  });
}

export async function removeSnapshot(
  setup: Setup,
  name: string,
  { id }: StoredSnapshot,
  context: CallContext,
): Promise<Exclude<Released, "kept">> {
  // Read again: a person can rename a snapshot, and it then belongs to that person.
  const current = (await listSnapshots(setup, name, context)).find((each) => each.id === id);
  return current === undefined ? "not-found" : ((await setup.api.deleteSnapshot(id, context)) ?? "not-found");
}

/** Deletes all snapshots of a run. What cannot be deleted expires, and a warning says when. */
export async function removeSnapshots(setup: Setup, name: string, context: CallContext): Promise<void> {
  try {
    for (const { id, name: label } of await listSnapshots(setup, name, context)) {
      if ((await setup.api.deleteSnapshot(id, context)) === "deleted")
        context.emit({ kind: "note", text: `Deleted the snapshot ${label} of ${name}.` });
    }
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined) throw thrown;
    // Snapshots are a beta: an API or a proxy without them has none.
    if (facts.status === 404 || facts.status === 501) return;
    const text = `Snapshots of ${name} may still exist (${messageOf(thrown)}). They expire; \`offshoot snapshot --list\` shows them.`;
    context.emit({ kind: "warning", text });
  }
}

/** The run's branch, if it is ours and may be changed. Throws `PROVIDER_REJECTED` when there is none. */
export async function requireOwn(
  { api, choices }: Setup,
  name: string,
  check: SnapshotRequest["check"],
  done: "stored" | "restored",
  context: CallContext,
): Promise<Branch> {
  const found = await findByName(api, name, context);
  if (found === undefined || found.isBeingDeleted) {
    throw new OffshootError("RUN_UNKNOWN", `The Neon branch ${name} does not exist any more.`, {
      remedy: "Create it with `npx offshoot up`, or list existing databases with `npx offshoot list`.",
    });
  }
  requireDeletable(found, choices.parent, done);
  if (found.tag !== undefined) check(found.tag);
  return found;
}
