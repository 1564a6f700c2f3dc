import type { Catalog } from "./catalog/catalog.ts";
import { CHECKS } from "./checks/registry.ts";
import { byWorst, type Finding } from "./finding.ts";
import { withoutIgnored } from "./ignore.ts";
import { lookup } from "./lookup.ts";
import type { Spec } from "./spec/spec.ts";
import type { VersionReading } from "./versions.ts";

export interface CheckOptions {
  /** For exceptions that end on a day; the day is that of UTC. */
  readonly now: Date;
  /** What `readVersions` read; default: version tables are not checked. */
  readonly versions?: ReadonlyMap<string, VersionReading> | undefined;
}

/**
 * What is wrong with a database: compared with the spec, if there is one, and by the built-in checks. Pure.
 * Sorted: worst first, then by object.
 */
export function check(catalog: Catalog, spec: Spec | undefined, options: CheckOptions): Finding[] {
  const subject = { ...lookup(catalog), spec, versions: options.versions ?? new Map(), now: options.now };
  const findings = Object.values(CHECKS).flatMap((one) => one(subject));
  return withoutIgnored(findings, spec, options.now).toSorted(byWorst);
}
