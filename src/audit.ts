import { relative } from "node:path";
import { readSpec, type SpecFile } from "./audit-spec.ts";
import type { Finding, Severity } from "./audit/finding.ts";
import { type Counts, count } from "./audit/report/count.ts";
import { topOf } from "./checkout.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import { reportOptionsOf } from "./findings.ts";
import { projectFor, repositoryMigrations } from "./heads.ts";
import { locate } from "./locate.ts";
import { inPhase } from "./phase.ts";
import { withSession } from "./postgres/connect.ts";
import type { DirectUrl } from "./postgres/url.ts";

export interface AuditOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit`. Without either the built-in checks still run. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of a variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
  /** The mildest severity that fails the audit; default the setting `audit.failOn`, which is `error` unless set. */
  readonly failOn?: Severity | undefined;
}

export interface AuditResult {
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly counts: Counts;
  readonly failOn: Severity;
  /** Whether a finding is as bad as `failOn`, or worse. */
  readonly failed: boolean;
  /** Path of the spec that was used. */
  readonly spec: string | undefined;
  /** The same as findings name it: from the working directory. */
  readonly specFile: string | undefined;
  /** The working directory, as a path from the top of the checkout; empty at its top. */
  readonly folder: string;
}

export type { Finding } from "./audit/finding.ts";

/**
 * Checks the live schema, read only, against the spec and the built-in checks. Findings are a result, not an
 * error. Throws `SPEC_INVALID` with every problem of the spec, `CONFIG_UNREADABLE` and `RUN_UNKNOWN`.
 */
export async function audit(options: AuditOptions = {}): Promise<AuditResult> {
  const context = await prepare(options);
  const spec = await readSpec(context, options.spec);
  const { url } = await locate(context, options.url);
  return auditIn(context, url, spec, options.failOn);
}

/** `audit` on a database that is located already. */
export async function auditIn(
  context: Context,
  url: DirectUrl,
  spec: SpecFile | undefined,
  failOn = context.settings.audit.failOn,
): Promise<AuditResult> {
  const { auditDatabase } = await import("./audit/audit.ts");
  const { fails } = await import("./audit/report/place.ts");
  const { findings } = await inPhase(
    context.report,
    "audit",
    "schema",
    async () => {
      const project = await projectFor(context, spec?.spec);
      return withSession(
        url,
        async (session) => {
          const repository = project === undefined ? undefined : await repositoryMigrations(project, session);
          return auditDatabase({ session, spec: spec?.spec, repository, now: context.now() });
        },
        { signal: context.signal },
      );
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
  await tellFindings(context, result);
  return result;
}

function describeCount(findings: number): string {
  if (findings === 0) return "schema as it should be";
  return findings === 1 ? "1 finding" : `${findings} findings`;
}

/** For the job's page and the margins of its files, whatever the command. */
async function tellFindings(context: Context, result: AuditResult): Promise<void> {
  if (result.findings.length === 0) return;
  const { summariseFindings } = await import("./audit/report/markdown.ts");
  const { marksOf } = await import("./audit/report/marks.ts");
  const options = reportOptionsOf(result);
  const { findings } = result;
  context.report({ kind: "findings", markdown: summariseFindings(findings, options), marks: marksOf(findings, options) });
}
