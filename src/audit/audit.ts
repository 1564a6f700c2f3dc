import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read.ts";
import type { Session } from "../postgres/connect.ts";
import { applyRules } from "./apply-rules.ts";
import type { AuditFinding } from "./finding.ts";
import type { RepositoryMigrations } from "./rules/rule.ts";
import type { Spec } from "./spec/spec.ts";
import { readState } from "./state/state.ts";

export interface DatabaseAudit {
  readonly findings: readonly AuditFinding[];
  readonly catalog: Catalog;
}

export interface DatabaseAuditOptions {
  readonly session: Session;
  /** Default: only the built-in rules. */
  readonly spec?: Spec | undefined;
  /** What the migration tool knows about the repository, for rules on its heads; default: nothing. */
  readonly repository?: RepositoryMigrations | undefined;
  readonly now: Date;
}

/** Audits the session's database, read only. Throws the server's error. */
export async function auditDatabase({ session, spec, repository, now }: DatabaseAuditOptions): Promise<DatabaseAudit> {
  const catalog = await readCatalog(session);
  const state = await readState(session, catalog, spec);
  return { findings: applyRules(catalog, spec, { now, state, repository }), catalog };
}
