import { messageOf } from "../../errors.ts";
import type { Hold, Holding } from "../hold.ts";
import { openDatabase } from "./database.ts";
import type { Setup } from "./options.ts";
import type { Branch, CallContext } from "./types.ts";

/** Milliseconds to open a branch that is about to be deleted. Its server runs already. */
const OPEN_MS = 10_000;

/**
 * Keeps others from a branch while it is deleted. Whoever uses it has a session, so its server runs: a server that is stopped is not
 * started for this. A branch that cannot be opened is deleted too, with a note, unless `isStrict` is set.
 */
export async function holdBranch(
  setup: Setup,
  branch: Branch,
  { hold, isStrict }: { readonly hold: Holding | undefined; readonly isStrict: boolean },
  { deadline, emit }: CallContext,
): Promise<Hold | undefined> {
  if (hold === undefined) return undefined;
  const withinMs = Math.min(OPEN_MS, deadline.leftMs() / 2);
  const own = { deadline: setup.dependencies.deadline(`opening the Neon branch ${branch.name}`, withinMs, deadline.signal), emit };
  let url: Parameters<Holding>[0] | undefined;
  try {
    const isActive = (await setup.api.endpoints(own)).some((endpoint) => endpoint.branchId === branch.id && endpoint.isActive);
    const acquired = { branch, created: undefined, base: undefined };
    url = isActive ? (await openDatabase(setup, acquired, own, () => Promise.resolve()))?.directUrl : undefined;
  } catch (thrown) {
    deadline.check();
    if (isStrict) throw thrown;
    emit({ kind: "note", text: `Whether other processes use ${branch.name} is not known: ${messageOf(thrown)}` });
  }
  return url && hold(url, undefined);
}
