import type { Catalog } from "../catalog/catalog.ts";
import { lookup } from "../catalog/lookup.ts";
import { byObject, bySeverity } from "../findings/order.ts";
import type { AuditFinding } from "./finding.ts";
import { withoutIgnored } from "./ignore.ts";
import { ALL_RULES } from "./rules/all-rules.ts";
import type { RepositoryMigrations } from "./rules/rule.ts";
import type { Spec } from "./spec/spec.ts";
import { UNKNOWN_STATE, type DatabaseState } from "./state/state.ts";

export interface RuleOptions {
  /** For exceptions with a last day, which is a day in UTC. */
  readonly now: Date;
  /** What `readState` read, or parts of it; default: nothing is known, and nothing is found in it. */
  readonly state?: Partial<DatabaseState> | undefined;
  /** What the migration tool knows about the repository; default: nothing. */
  readonly repository?: RepositoryMigrations | undefined;
}

/** Applies the rules of the spec, if there is one, and the built-in rules. Pure. Sorted by severity, then by object. */
export function applyRules(catalog: Catalog, spec: Spec | undefined, options: RuleOptions): AuditFinding[] {
  const { now, repository } = options;
  const input = { ...lookup(catalog), spec, state: { ...UNKNOWN_STATE, ...options.state }, repository, now };
  const findings = ALL_RULES.flatMap((rule) => rule(input));
  return withoutIgnored(findings, spec, now).toSorted((a, b) => bySeverity(a, b) || byObject(a, b));
}
