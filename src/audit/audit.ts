import type { Session } from "../postgres/connect.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read.ts";
import { check } from "./check.ts";
import type { RepositoryMigrations } from "./rules/rule.ts";
import type { Finding } from "../findings/finding.ts";
import type { Spec } from "./spec/spec.ts";
import { readState } from "./state/state.ts";

export interface DatabaseAudit {
  readonly findings: readonly Finding[];
  readonly catalog: Catalog;
}

export interface DatabaseAuditOptions {
  readonly session: Session;
  /** Default: only the built-in checks. */
  readonly spec?: Spec | undefined;
  /** What the migration tool says about the repository, for rules that ask for its heads; default: not known. */
  readonly repository?: RepositoryMigrations | undefined;
  readonly now: Date;
}

/** Audits the session's database, read only. Throws the server's error. */
export async function auditDatabase({ session, spec, repository, now }: DatabaseAuditOptions): Promise<DatabaseAudit> {
  const catalog = await readCatalog(session);
  const state = await readState(session, catalog, spec);
  return { findings: check(catalog, spec, { now, state, repository }), catalog };
}
