import { BASE_PREFIX } from "../../identity/name.ts";
import { NAME_PREFIX } from "../../identity/owner-tag.ts";
import { shortHash } from "../../identity/slug.ts";
import { factsOf } from "./api-errors.ts";
import type { CallContext, NeonApi } from "./types.ts";

/**
 * A deleted branch that can be recovered may keep its name for days (specification, BranchRecoveryInfo). Then the run's branch
 * has the name with a suffix: a dot, which no other name of offshoot contains, and a hash of the deleted branch's id. All jobs
 * of the run derive the same name from it.
 */
function nameAfter(name: string, heldId: string): string {
  return `${withoutSuffix(name)}.${shortHash(heldId, 10)}`;
}

const SUFFIX = /\.[0-9a-f]{10}$/;

/** The name of the run's branch without the suffix for a held name. */
export function withoutSuffix(name: string): string {
  return name.replace(SUFFIX, "");
}

/** Whether `name` is the wanted name, also with the suffix for a held name. Only runs get one. */
export function isNameOf(name: string, wanted: string): boolean {
  const isRun = wanted.startsWith(NAME_PREFIX) && !wanted.startsWith(BASE_PREFIX);
  return name === wanted || (isRun && SUFFIX.test(name) && withoutSuffix(name) === wanted);
}

/**
 * The first name after `name` that no deleted branch holds; undefined if none holds it, or if Neon does not list deleted
 * branches. The data of the deleted branches is never recovered.
 */
export async function freeName(api: NeonApi, name: string, context: CallContext): Promise<string | undefined> {
  try {
    const all = await api.branches(withoutSuffix(name), context, { deleted: true });
    const held = new Map(all.filter(({ isDeleted }) => isDeleted).map((branch) => [branch.name, branch.id]));
    let free = name;
    for (let id = held.get(free); id !== undefined; id = held.get(free)) {
      held.delete(free);
      free = nameAfter(free, id);
    }
    return free === name ? undefined : free;
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || (facts.status !== 400 && facts.status !== 404 && facts.status !== 422)) throw thrown;
    return undefined;
  }
}
