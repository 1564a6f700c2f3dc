import { relative } from "node:path";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { projectForAudit, repositoryMigrations } from "../context/repository-migrations.ts";
import { targetDatabase } from "../context/target-database.ts";
import { inPhase } from "../context/phase.ts";
import { withReadSession } from "../context/read-session.ts";
import { type BaselineFile, readBaseline } from "../context/baseline-file.ts";
import { readSpec, type SpecFile } from "../context/spec-file.ts";
import { OffshootError } from "../errors.ts";
import type { AuditFinding } from "../audit/finding.ts";
import { count, describeCounts, describeFindings } from "../findings/count.ts";
import type { Severity } from "../findings/finding.ts";
import { inBrackets, type ReportOptions } from "../findings/report/options.ts";
import { type FindingsResult, resultOf } from "../findings/result.ts";
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

export interface AuditResult extends FindingsResult<AuditFinding> {
  readonly command: "audit";
  /** Number of findings that the baseline accepts. They are not among `findings`. */
  readonly accepted: number;
  /** Absolute path of the spec that was used. */
  readonly spec: string | undefined;
  /** Path of the spec, relative to the working directory. */
  readonly specFile: string | undefined;
  /** Path of the working directory, relative to the top of the checkout; empty at the top. */
  readonly folder: string;
}

export type { AuditFinding } from "../audit/finding.ts";

/**
 * Checks the live schema against the spec and the built-in rules. The audit only reads. Findings are a result, not an
 * error.
 *
 * Throws `SPEC_INVALID` with every problem of the spec, `CONFIG_UNREADABLE`, `URL_INVALID`, `RUN_UNKNOWN`, and
 * `TIMED_OUT` when other sessions change the schema during every attempt to read it.
 */
export async function audit(options: AuditOptions = {}): Promise<AuditResult> {
  return inContext(options, (context) => auditIn(context, options));
}

async function auditIn(context: Context, options: AuditOptions): Promise<AuditResult> {
  const spec = await readSpec(context, options.spec);
  const baseline = await readBaseline(context);
  const { url } = await targetDatabase(context, options.url);
  return auditAndReport(context, url, { spec, baseline }, options.failOn);
}

/** The files that an audit compares with. */
export interface AuditFiles {
  readonly spec: SpecFile | undefined;
  readonly baseline: BaselineFile | undefined;
}

/** Reads the configured spec and baseline. Commands call it before they change anything. Throws what `audit` throws for them. */
export async function readAuditFiles(context: Context): Promise<AuditFiles> {
  const spec = await readSpec(context);
  return { spec, baseline: spec === undefined ? undefined : await readBaseline(context) };
}

/**
 * Audits the database at `url` and emits the findings. Throws `CONNECTION_FAILED`, `TIMED_OUT` and the server's error.
 */
export async function auditAndReport(
  context: Context,
  url: DirectUrl,
  { spec, baseline }: AuditFiles,
  failOn = context.settings.audit.failOn,
): Promise<AuditResult> {
  const { findings, accepted } = await inPhase(
    context.emit,
    "audit",
    "schema",
    async () => withoutAccepted(await findingsAt(context, url, spec), spec, baseline),
    (result) => {
      const found = `${describeFindings(result.findings)}${inBrackets(limitsOf(spec, result.accepted))}`;
      const counted = `${describeCounts(count(result.findings))}${inBrackets(limitsOf(spec, result.accepted))}`;
      return { text: found, facts: [spec === undefined ? "schema" : relative(context.cwd, spec.path), counted] };
    },
  );
  const result = {
    command: "audit" as const,
    ...resultOf(findings, failOn),
    accepted,
    spec: spec?.path,
    specFile: spec === undefined ? undefined : relative(context.cwd, spec.path),
    folder: relative(await topOf(context.cwd), context.cwd),
  };
  await emitFindings(context, result);
  return result;
}

/** The findings of the database at `url`, also those that a baseline accepts. Throws the server's error. */
export async function findingsAt(context: Context, url: DirectUrl, spec: SpecFile | undefined): Promise<readonly AuditFinding[]> {
  const { auditDatabase } = await import("../audit/audit.ts");
  const project = await projectForAudit(context, spec?.spec);
  const { findings } = await withReadSession(context, url, async (session) => {
    const repository = project === undefined ? undefined : await repositoryMigrations(project, session);
    return auditDatabase({ session, spec: spec?.spec, repository, now: context.now() });
  });
  return findings;
}

async function withoutAccepted(
  found: readonly AuditFinding[],
  spec: SpecFile | undefined,
  file: BaselineFile | undefined,
): Promise<{ readonly findings: readonly AuditFinding[]; readonly accepted: number }> {
  if (file === undefined) return { findings: found, accepted: 0 };
  const { compareWithBaseline, reportedWith } = await import("../audit/baseline/baseline.ts");
  const compared = compareWithBaseline(found, file.baseline, spec !== undefined);
  return { findings: reportedWith(compared, file.baseline.file), accepted: compared.hidden.length };
}

/** What limits the result of an audit; undefined if nothing does. */
function limitsOf(spec: unknown, accepted: number): string | undefined {
  const limits = [...(spec === undefined ? ["built-in rules only"] : []), ...(accepted === 0 ? [] : [`${accepted} accepted`])];
  return limits.length === 0 ? undefined : limits.join(", ");
}

/**
 * Audits when a spec is configured. Throws `FINDINGS`, with the report, when the severity of a finding is
 * `audit.failOn` or higher.
 */
export async function requireAuditPasses(context: Context, url: DirectUrl): Promise<void> {
  const { spec } = context.settings.audit;
  if (spec === undefined) return;
  const result = await auditAndReport(context, url, await readAuditFiles(context));
  const { counts, failed } = result;
  if (!failed) return;
  const { AUDIT } = await import("../audit/source.ts");
  const { renderText } = await import("../findings/report/text.ts");
  throw new OffshootError("FINDINGS", `The schema does not match the spec ${spec}.`, {
    meaning: renderText(result.findings, AUDIT, auditReportOptions(result)).trimEnd(),
    remedy: "Fix the migrations or the spec. `offshoot audit` runs the same audit again.",
    facts: { errors: counts.error, warnings: counts.warning },
  });
}

/** The options of a report that follow from the result of an audit. */
export function auditReportOptions({ failOn, folder, spec, specFile, accepted }: AuditResult): ReportOptions {
  const options = { failOn, folder, file: specFile, scope: limitsOf(spec, accepted) };
  return spec === undefined ? { ...options, passed: "The schema was not compared with a spec" } : options;
}

/** Emits the findings for the CI job's page and as annotations of files. */
async function emitFindings(context: Context, result: AuditResult): Promise<void> {
  if (result.findings.length === 0)
    return context.emit({ kind: "result", topic: "audit", weight: "none", text: "no findings", markdown: "" });
  const { AUDIT } = await import("../audit/source.ts");
  const { annotationsOf } = await import("../findings/report/annotations.ts");
  const { renderMarkdown } = await import("../findings/report/markdown.ts");
  const options = auditReportOptions(result);
  const markdown = renderMarkdown(result.findings, AUDIT, options);
  const weight = result.failed ? "problem" : "some";
  const page = renderMarkdown(result.findings, AUDIT, { ...options, isTitled: false });
  context.emit({ kind: "result", topic: "audit", weight, text: describeCounts(result.counts), markdown: page });
  context.emit({ kind: "findings", topic: "audit", markdown, annotations: annotationsOf(result.findings, AUDIT, options) });
}
