import { checkOptionNames } from "../context/option-names.ts";
import { relative } from "node:path";
import type { AuditFinding } from "../audit/finding.ts";
import { baselinePath, loadBaseline } from "../context/baseline-file.ts";
import { configureFile } from "../context/configure.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { inPhase } from "../context/phase.ts";
import { writeOutputFile } from "../context/output-file.ts";
import { readSpec } from "../context/spec-file.ts";
import { targetDatabase } from "../context/target-database.ts";
import { OffshootError } from "../errors.ts";
import { describeFindings } from "../findings/count.ts";
import { findingsAt } from "./audit.ts";

export interface WriteBaselineOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit.spec`. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of an environment variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
  /** Why the findings are accepted. Without a reason, a baseline that exists accepts no new findings. */
  readonly reason?: string | undefined;
  /** Set `audit.baseline` in `offshoot.yaml`. Default false: a note shows the line. */
  readonly configure?: boolean | undefined;
}

export interface WrittenBaseline {
  /** Absolute path of the baseline. */
  readonly path: string;
  readonly state: "written" | "changed" | "same";
  /** Number of accepted findings in the file. */
  readonly accepted: number;
  /** Number of findings that this call accepted. */
  readonly added: number;
  /** The accepted findings that no longer exist, and that this call removed from the file. */
  readonly removed: readonly { readonly object: string; readonly code: string }[];
  /** Findings that are not accepted. */
  readonly left: readonly AuditFinding[];
}

/**
 * Accepts the findings of today in one step: writes them to the baseline, with the day and a reason, so that audits report
 * only new ones. A baseline that exists only shrinks: entries whose finding no longer exists are removed, and new findings are
 * accepted only with a `reason`. Findings about the migrations of this moment are never accepted.
 *
 * Throws what `audit` throws, and `USAGE` when the file cannot be written.
 */
export async function writeAuditBaseline(options: WriteBaselineOptions = {}): Promise<WrittenBaseline> {
  checkOptionNames(options);
  if (options.reason?.trim() === "") {
    throw new OffshootError("USAGE", "The reason is empty.", { remedy: "Give a reason: npx offshoot audit --baseline --reason TEXT" });
  }
  return inContext(options, (context) => writeAuditBaselineIn(context, options));
}

async function writeAuditBaselineIn(context: Context, options: WriteBaselineOptions): Promise<WrittenBaseline> {
  const path = baselinePath(context);
  const before = await loadBaseline(context, path);
  const spec = await readSpec(context, options.spec);
  const { url } = await targetDatabase(context, options.url);
  const findings = await inPhase(context.emit, "audit", "schema", () => findingsAt(context, url, spec), describeFindings);
  const { nextBaseline } = await import("../audit/baseline/write.ts");
  const hasSpec = spec !== undefined;
  const next = nextBaseline({ findings, before: before?.baseline, hasSpec, reason: options.reason, now: context.now() });
  const isSame = before !== undefined && next.added === 0 && next.removed.length === 0;
  if (!isSame) await writeOutputFile(path, next.text, { cwd: context.cwd, fresh: before === undefined });
  await configureFile(context, "baseline", path, options.configure ?? false);
  const { accepted, added, removed, left } = next;
  if (left.length > 0 && before !== undefined && options.reason === undefined) {
    const name = relative(context.cwd, path);
    const text = `${name} accepts no new findings by itself. To accept these too, give a reason: npx offshoot audit --baseline --reason TEXT`;
    context.emit({ kind: "note", text });
  }
  return {
    path,
    state: isSame ? "same" : before === undefined ? "written" : "changed",
    accepted,
    added,
    removed: removed.map(({ object, code }) => ({ object, code })),
    left,
  };
}
