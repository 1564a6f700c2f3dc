import { relative } from "node:path";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { projectForAudit, repositoryMigrations } from "../context/repository-migrations.ts";
import { targetDatabase } from "../context/target-database.ts";
import { inPhase } from "../context/phase.ts";
import { withReadSession } from "../context/read-session.ts";
import { readSpec, type SpecFile } from "../context/spec-file.ts";
import { OffshootError } from "../errors.ts";
import type { Finding, Severity } from "../findings/finding.ts";
import { type Counts, count } from "../findings/report/count.ts";
import type { ReportOptions } from "../findings/report/options.ts";
import { topOf } from "../identity/checkout.ts";
import type { DirectUrl } from "../postgres/url.ts";

export interface AuditOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit.spec`. Without a spec, only the built-in rules run. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of an environment variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
  /** The lowest severity that fails the audit; default the setting `audit.failOn`, which defaults to `error`. */
  readonly failOn?: Severity | undefined;
}

export interface AuditResult {
  /** Highest severity first. */
  readonly findings: readonly Finding[];
  readonly counts: Counts;
  readonly failOn: Severity;
  /** Whether the severity of any finding is `failOn` or higher. */
  readonly failed: boolean;
  /** Absolute path of the spec that was used. */
  readonly spec: string | undefined;
  /** Path of the spec, relative to the working directory. */
  readonly specFile: string | undefined;
  /** Path of the working directory, relative to the top of the checkout; empty at the top. */
  readonly folder: string;
}

export type { Finding } from "../findings/finding.ts";

/**
 * Checks the live schema against the spec and the built-in rules. The audit only reads. Findings are a result, not an
 * error.
 *
 * Throws `SPEC_INVALID` with every problem of the spec, `CONFIG_UNREADABLE`, `URL_INVALID`, `RUN_UNKNOWN`, and
 * `TIMED_OUT` when other sessions change the schema during every attempt to read it.
 */
export async function audit(options: AuditOptions = {}): Promise<AuditResult> {
  const context = await prepare(options);
  const spec = await readSpec(context, options.spec);
  const { url } = await targetDatabase(context, options.url);
  return auditAndReport(context, url, spec, options.failOn);
}

/**
 * Audits the database at `url` and emits the findings. Throws `CONNECTION_FAILED`, `TIMED_OUT` and the server's error.
 */
export async function auditAndReport(
  context: Context,
  url: DirectUrl,
  spec: SpecFile | undefined,
  failOn = context.settings.audit.failOn,
): Promise<AuditResult> {
  const { auditDatabase } = await import("../audit/audit.ts");
  const { fails } = await import("../findings/report/place.ts");
  const { findings } = await inPhase(
    context.emit,
    "audit",
    "schema",
    async () => {
      const project = await projectForAudit(context, spec?.spec);
      return withReadSession(context, url, async (session) => {
        const repository = project === undefined ? undefined : await repositoryMigrations(project, session);
        return auditDatabase({ session, spec: spec?.spec, repository, now: context.now() });
      });
    },
    (result) => describeCount(result.findings.length),
  );
  const result = {
    findings,
    counts: count(findings),
    failOn,
    failed: findings.some((finding) => fails(finding, failOn)),
    spec: spec?.path,
    specFile: spec === undefined ? undefined : relative(context.cwd, spec.path),
    folder: relative(await topOf(context.cwd), context.cwd),
  };
  await emitFindings(context, result);
  return result;
}

/**
 * Audits when a spec is configured. Throws `FINDINGS`, with the report, when the severity of a finding is
 * `audit.failOn` or higher.
 */
export async function requireAuditPasses(context: Context, url: DirectUrl): Promise<void> {
  const { spec } = context.settings.audit;
  if (spec === undefined) return;
  const { findings, counts, failed } = await auditAndReport(context, url, await readSpec(context));
  if (!failed) return;
  const { text } = await import("../findings/report/text.ts");
  throw new OffshootError("FINDINGS", `The schema does not match the spec ${spec}.`, {
    meaning: text(findings).trimEnd(),
    remedy: "Fix the migrations or the spec. `offshoot audit` runs the same audit again.",
    facts: { errors: counts.error, warnings: counts.warning },
  });
}

/** What the report formats need to know about an audit. */
export function reportOptionsOf({ failOn, specFile, folder }: Pick<AuditResult, "failOn" | "specFile" | "folder">): ReportOptions {
  return { failOn, file: specFile, folder };
}

function describeCount(findings: number): string {
  if (findings === 0) return "schema has no findings";
  return findings === 1 ? "1 finding" : `${findings} findings`;
}

/** Emits the findings for the CI job's page and as annotations of files. */
async function emitFindings(context: Context, result: AuditResult): Promise<void> {
  if (result.findings.length === 0) return;
  const { summariseFindings } = await import("../findings/report/markdown.ts");
  const { marksOf } = await import("../findings/report/annotations.ts");
  const options = reportOptionsOf(result);
  const { findings } = result;
  context.emit({ kind: "findings", markdown: summariseFindings(findings, options), marks: marksOf(findings, options) });
}
