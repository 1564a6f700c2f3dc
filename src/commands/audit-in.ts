import { relative } from "node:path";
import type { Finding, Severity } from "../findings/finding.ts";
import { type Counts, count } from "../findings/report/count.ts";
import type { ReportOptions } from "../findings/report/report.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { topOf } from "../identity/checkout.ts";
import type { Context } from "../context/context.ts";
import { projectFor, repositoryMigrations } from "../context/heads.ts";
import { inPhase } from "../context/phase.ts";
import { withReader } from "../context/reader.ts";
import type { SpecFile } from "../context/spec-file.ts";

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

/** Audits a database that is located already, and tells of it. Throws `CONNECTION_FAILED`, `TIMED_OUT` and the server's error. */
export async function auditIn(
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
      const project = await projectFor(context, spec?.spec);
      return withReader(context, url, async (session) => {
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
  const { summariseFindings } = await import("../findings/report/markdown.ts");
  const { marksOf } = await import("../findings/report/marks.ts");
  const options = reportOptionsOf(result);
  const { findings } = result;
  context.emit({ kind: "findings", markdown: summariseFindings(findings, options), marks: marksOf(findings, options) });
}

/** What reports want to know of an audit. */
export function reportOptionsOf({ failOn, specFile, folder }: Pick<AuditResult, "failOn" | "specFile" | "folder">): ReportOptions {
  return { failOn, file: specFile, folder };
}
