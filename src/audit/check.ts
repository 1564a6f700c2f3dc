import type { Catalog } from "../catalog/catalog.ts";
import type { RepositoryMigrations } from "./rules/rule.ts";
import { CHECKS } from "./rules/registry.ts";
import { byWorst, type Finding } from "../findings/finding.ts";
import { withoutIgnored } from "./ignore.ts";
import { lookup } from "../catalog/lookup.ts";
import type { Spec } from "./spec/spec.ts";
import { UNKNOWN_STATE, type DatabaseState } from "./state/state.ts";

export interface CheckOptions {
  /** For exceptions that end on a day; the day is that of UTC. */
  readonly now: Date;
  /** What `readState` read, or parts of it; default: nothing is known, and nothing found in it. */
  readonly state?: Partial<DatabaseState> | undefined;
  /** What the migration tool says about the repository; default: not known. */
  readonly repository?: RepositoryMigrations | undefined;
}

/**
 * What is wrong with a database: compared with the spec, if there is one, and by the built-in checks. Pure.
 * Sorted: worst first, then by object.
 */
export function check(catalog: Catalog, spec: Spec | undefined, options: CheckOptions): Finding[] {
  const { now, repository } = options;
  const subject = { ...lookup(catalog), spec, state: { ...UNKNOWN_STATE, ...options.state }, repository, now };
  const findings = Object.values(CHECKS).flatMap((one) => one(subject));
  return withoutIgnored(findings, spec, now).toSorted(byWorst);
}
