import { OffshootError } from "../../errors.ts";
import { factsOf, isMissing } from "./api-errors.ts";
import type { Setup } from "./options.ts";
import { waitUntilAnonymized } from "./ready.ts";
import type { MaskingRule } from "../../masking-rule.ts";
import type { Branch, CallContext } from "./types.ts";

/**
 * Waits until the data of a branch that another job created is masked, and checks that it was masked by the rules of the
 * settings. Rules apply only to a new branch. Throws `PROVIDER_REJECTED` for a branch whose data is not masked, or by other rules.
 */
export async function requireMasked(setup: Setup, branch: Branch, context: CallContext): Promise<void> {
  const { api, choices, dependencies } = setup;
  try {
    await waitUntilAnonymized(api, branch.id, context, dependencies.random);
    if (choices.maskingRules.length === 0) return;
    const rules = await api.maskingRules(branch.id, context);
    if (isSame(rules, choices.maskingRules)) return;
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isMissing(facts)) throw thrown;
    throw notMasked(branch, "its data is not masked");
  }
  throw notMasked(branch, "its data was masked by other rules than those of neon.maskingRules");
}

type Rule = { readonly [Key in keyof MaskingRule]?: string | undefined };

/** Their order has no meaning. */
function isSame(one: readonly Rule[], other: readonly Rule[]): boolean {
  return textsOf(one).join("\n") === textsOf(other).join("\n");
}

function textsOf(rules: readonly Rule[]): readonly string[] {
  const keys = ["database_name", "schema_name", "table_name", "column_name", "masking_function", "masking_value"] as const;
  return [...new Set(rules.map((rule) => JSON.stringify(keys.map((key) => rule[key] ?? null))))].toSorted();
}

function notMasked({ id, name }: Branch, why: string): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `The Neon branch ${name} (${id}) exists, and ${why}.`, {
    meaning: "Neon masks data only when it creates a branch. The branch was not used.",
    remedy: "Delete the branch with `offshoot down`, then run the command again.",
    facts: { branch: id },
  });
}
