import { readFile, writeFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { Catalog } from "./audit/catalog/catalog.ts";
import type { Finding } from "./audit/finding.ts";
import { type Counts, count } from "./audit/report/count.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import { OffshootError } from "./errors.ts";
import { locate } from "./locate.ts";
import { inPhase } from "./phase.ts";
import { withSession } from "./postgres/connect.ts";
import { codeOf } from "./postgres/sqlstate.ts";
import type { DirectUrl } from "./postgres/url.ts";

export interface AuditOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit`. Without either the built-in checks still run. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of a variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
}

export interface AuditResult {
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly counts: Counts;
  /** Path of the spec that was used. */
  readonly spec: string | undefined;
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
  return auditIn(context, url, spec);
}

/** The text of a spec and what to call it. */
export interface SpecFile {
  readonly path: string;
  readonly text: string;
}

/** `audit` on a database that is located already. */
export async function auditIn(context: Context, url: DirectUrl, spec: SpecFile | undefined): Promise<AuditResult> {
  const { auditDatabase } = await import("./audit/audit.ts");
  const given = spec === undefined ? {} : { specText: spec.text, specFile: relative(context.cwd, spec.path) };
  const { findings } = await inPhase(
    context.report,
    "audit",
    "schema",
    () => withSession(url, (session) => auditDatabase({ session, now: context.now(), ...given }), { signal: context.signal }),
    (result) => describeCount(result.findings.length),
  );
  return { findings, counts: count(findings), spec: spec?.path };
}

function describeCount(findings: number): string {
  if (findings === 0) return "schema as it should be";
  return findings === 1 ? "1 finding" : `${findings} findings`;
}

/** The spec that was named, or the configured one; undefined when there is none. Throws `CONFIG_UNREADABLE`. */
export async function readSpec(context: Context, named: string | undefined): Promise<SpecFile | undefined> {
  const path = specPath(context, named);
  if (path === undefined) return undefined;
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (thrown) {
    throw new OffshootError("CONFIG_UNREADABLE", `Could not read the audit spec ${relative(context.cwd, path)}: ${codeOf(thrown)}.`, {
      remedy: "Check the path, or make a spec from a good database with `offshoot audit --write`.",
    });
  }
}

export interface WriteSpecOptions extends AuditOptions {
  /** Replace a spec that is there. Default false. */
  readonly update?: boolean | undefined;
}

/** Makes a spec from a good database. Throws `USAGE` when the file exists and `update` was not asked for. */
export async function writeAuditSpec(options: WriteSpecOptions = {}): Promise<{ readonly path: string; readonly catalog: Catalog }> {
  const context = await prepare(options);
  const { url } = await locate(context, options.url);
  const path = specPath(context, options.spec) ?? resolve(context.resolved.directory, "schema.audit.yaml");
  const { readCatalog } = await import("./audit/catalog/read.ts");
  const { writeSpec } = await import("./audit/write.ts");
  const catalog = await withSession(url, (session) => readCatalog(session), { signal: context.signal });
  try {
    await writeFile(path, writeSpec(catalog), { flag: options.update === true ? "w" : "wx" });
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
    throw new OffshootError("USAGE", `The spec ${relative(context.cwd, path)} exists.`, {
      remedy: "Refresh it with `offshoot audit --update`.",
    });
  }
  return { path, catalog };
}

/** A path on the command line is meant from the working directory, one in the configuration from the file. */
function specPath(context: Context, named: string | undefined): string | undefined {
  if (named !== undefined) return resolve(context.cwd, named);
  const { audit: configured } = context.settings;
  return configured === undefined ? undefined : resolve(context.resolved.directory, configured);
}
