import type { Session } from "../postgres/connect.ts";
import type { Catalog } from "./catalog/catalog.ts";
import { readCatalog } from "./catalog/read.ts";
import { check } from "./check.ts";
import type { Finding } from "./finding.ts";
import { parseSpec } from "./spec/parse.ts";
import { readVersions } from "./versions.ts";

export interface DatabaseAudit {
  readonly findings: readonly Finding[];
  readonly catalog: Catalog;
}

export interface DatabaseAuditOptions {
  readonly session: Session;
  /** Text of the spec file; default: only the built-in checks. */
  readonly specText?: string | undefined;
  /** Its name in messages; default `schema.audit.yaml`. */
  readonly specFile?: string | undefined;
  readonly now: Date;
}

/** Audits the session's database, read only. Throws `SPEC_INVALID` before it asks the database anything, else the server's error. */
export async function auditDatabase({ session, specText, specFile, now }: DatabaseAuditOptions): Promise<DatabaseAudit> {
  const spec = specText === undefined ? undefined : parseSpec(specText, specFile ?? "schema.audit.yaml");
  const catalog = await readCatalog(session);
  const versions = await readVersions(session, spec?.migrations ?? []);
  return { findings: check(catalog, spec, { now, versions }), catalog };
}
