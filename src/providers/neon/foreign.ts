import type { Listed, OtherBranches } from "../provider.ts";
import { factsOf, hasChildren } from "./api-errors.ts";
import { limitExpiry } from "./branches.ts";
import { guarded, guardOf } from "./deletion-guard.ts";
import type { ReadEverything } from "./everything.ts";
import { toListed } from "./list.ts";
import type { Setup } from "./options.ts";
import type { Branch, CallContext, NeonApi } from "./types.ts";

/**
 * `Provider.others` for Neon. Each deletion and each expiry reads the branch again just before, by its id, and checks its name
 * and its guard. A deleted branch stays recoverable where Neon has that, because offshoot did not create it.
 */
export function otherBranches(
  setup: Setup,
  contextOf: (what: string, limits: Parameters<OtherBranches["list"]>[0]) => CallContext,
  read: ReadEverything,
): OtherBranches {
  const { api, choices, clock } = setup;
  return {
    async list(limits) {
      const context = contextOf("listing all Neon branches", limits);
      // `offshoot sweep` has just listed its own. Each branch is read again before its deletion.
      const { branches, endpoints } = await read(context, false);
      const active = new Set(endpoints.filter(({ isActive }) => isActive).map(({ branchId }) => branchId));
      const now = clock.nowForDeletion();
      const guards = new Map(branches.map((branch) => [branch.id, strictGuard(branch, choices.parent)]));
      return toListed(branches, endpoints, setup, now).map((listed): Listed => ({
        ...listed,
        guarded: guards.get(listed.id),
        // A session can be open, and the time of its last use is not known then.
        lastUsedAt: active.has(listed.id) ? now : listed.lastUsedAt,
      }));
    },
    async remove(listed, limits) {
      const context = contextOf(`deleting the Neon branch ${listed.name}`, limits);
      const before = async (): Promise<void> => requireSame(api, listed, choices.parent, context);
      try {
        return (await api.deleteBranch(listed.id, context, before, { recoverable: true })) ?? "not-found";
      } catch (thrown) {
        const facts = factsOf(thrown);
        if (facts !== undefined && hasChildren(facts)) throw guarded(listed.name, listed.id, "a branch was created from it", undefined);
        throw thrown;
      }
    },
    async expire(listed, at, limits) {
      const context = contextOf(`setting the expiry of the Neon branch ${listed.name}`, limits);
      await requireSame(api, listed, choices.parent, context);
      const { expiresAt } = await api.updateBranch(listed.id, { expiresAt: limitExpiry(at, clock.now()) }, context);
      return expiresAt;
    },
  };
}

/** A branch of another tool is guarded by more than one of ours: a wrong deletion cannot be repaired by a new run. */
function strictGuard(branch: Branch, parent: string | undefined): string | undefined {
  if (branch.parentId === undefined) return "it is a root branch";
  if (branch.integration !== undefined) return `it belongs to the integration ${branch.integration}, which deletes it itself`;
  return guardOf(branch, [], parent);
}

async function requireSame(api: NeonApi, { id, name }: Listed, parent: string | undefined, context: CallContext): Promise<void> {
  const current = await api.branch(id, context);
  const why = current.name === name ? strictGuard(current, parent) : `its name is ${current.name} now`;
  if (why !== undefined || current.tag !== undefined) throw guarded(name, id, why ?? "it belongs to offshoot", undefined);
}
