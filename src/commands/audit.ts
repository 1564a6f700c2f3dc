import type { Severity } from "../findings/finding.ts";
import { auditIn, type AuditResult } from "./audit-in.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { locate } from "../context/locate.ts";
import { readSpec } from "../context/spec-file.ts";

export interface AuditOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit`. Without either the built-in checks still run. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of a variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
  /** The mildest severity that fails the audit; default the setting `audit.failOn`, which is `error` unless set. */
  readonly failOn?: Severity | undefined;
}

export type { Finding } from "../findings/finding.ts";
export type { AuditResult } from "./audit-in.ts";

/**
 * Checks the live schema, read only, against the spec and the built-in checks. Findings are a result, not an
 * error. Throws `SPEC_INVALID` with every problem of the spec, `CONFIG_UNREADABLE`, `RUN_UNKNOWN`, and `TIMED_OUT`
 * where others change the schema all the time that it is read.
 */
export async function audit(options: AuditOptions = {}): Promise<AuditResult> {
  const context = await prepare(options);
  const spec = await readSpec(context, options.spec);
  const { url } = await locate(context, options.url);
  return auditIn(context, url, spec, options.failOn);
}
