import { relative } from "node:path";
import type { Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { type Migrations, requireMigrations, withoutSeeds } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { bySeverity } from "../findings/order.ts";
import { resultOf } from "../findings/result.ts";
import { topOf } from "../identity/checkout.ts";
import type { Rehearsal } from "../rehearsal/rehearsal.ts";
import { closingLine } from "../rehearsal/report/closing-line.ts";
import type { Traffic } from "../rehearsal/traffic/traffic.ts";
import { emitSchemaDiff } from "./diff/emit.ts";
import type { CopySource, OpenCopy } from "./rehearse/copy.ts";
import { dumpedServer } from "./rehearse/dumped-server.ts";
import type { RehearseOptions } from "./rehearse/options.ts";
import type { Rehearsed } from "./rehearse/rehearse-on.ts";
import { withoutSource } from "./rehearse/source-environment.ts";

export type { RehearseOptions } from "./rehearse/options.ts";
export type { Rehearsal, RehearsedCopy } from "../rehearsal/rehearsal.ts";

/**
 * Runs the pending migrations on a throw-away copy of the database that they are meant for, and measures what they would do to
 * production: locks, blocked readers and writers, rewritten tables, time, and failures on rows that exist. The copy is deleted
 * afterwards. Findings are a result, not an error.
 *
 * Throws `COMMAND_MISSING`, `NO_PROVIDER`, `URL_INVALID`, `COPY_CONNECTED` when the copy can reach other systems,
 * `MIGRATION_FAILED` when the command failed before it used the database or did not use it, `CONFIG_UNREADABLE` and `CONFIG_INVALID` for a traffic
 * file, `TIMED_OUT` and `CANCELLED`.
 */
export async function rehearse(options: RehearseOptions = {}): Promise<Rehearsal> {
  return inContext(options, (context) => rehearseIn(context, options));
}

async function rehearseIn(context: Context, options: RehearseOptions): Promise<Rehearsal> {
  // Seeds are not run in production.
  const migrations = withoutSeeds(await requireMigrations(context, options.command ?? [], "offshoot rehearse"));
  const { from } = options;
  const dumped = await dumpedServer(context, from);
  const isOpen = from === undefined || dumped === undefined || context.settings.passSecrets;
  const inside = isOpen ? context : { ...context, env: withoutSource(context.env, from, dumped.url) };
  return rehearseMigrations(inside, migrations, { dumped, migrations }, options);
}

/** Rehearses these migrations, and emits the result. Throws what `rehearse` throws. */
export async function rehearseMigrations(
  context: Context,
  migrations: Migrations,
  source: CopySource,
  options: RehearseOptions,
): Promise<Rehearsal> {
  const result = await inPhase(context.emit, "rehearsal", "migrations", () => run(context, migrations, source, options), closingLine);
  warnOfCopy(context, result);
  await emitResult(context, result);
  return result;
}

async function run(context: Context, migrations: Migrations, source: CopySource, options: RehearseOptions): Promise<Rehearsal> {
  // Loaded on demand: other commands start without them.
  const { rehearseOn } = await import("./rehearse/rehearse-on.ts");
  const { withParentCopies } = await import("./rehearse/parent-copy.ts");
  const { rehearseAlternatives } = await import("./rehearse/alternatives.ts");
  const { directTime } = await import("./rehearse/direct-time.ts");
  const timed = ({ sent, measured }: Rehearsed, open: OpenCopy): Promise<string | undefined> =>
    directTime(context, open, migrations, { sent, ms: measured.ms }, options);
  const planned = options.traffic === undefined ? undefined : await readTraffic(context, options.traffic);
  const { measured, copy, outcome, unjudged, findings, schema, traffic } = await withParentCopies(context, source, async (open) => {
    // First, because a statement that fails without any migration ends the command.
    const met = planned && (await beside(context, open, migrations, planned, options));
    const rehearsed = await open((each) => rehearseOn(context, each, migrations, options));
    const found =
      options.alternatives === false
        ? rehearsed.judged.map(({ finding }) => finding)
        : await rehearseAlternatives(context, open, rehearsed.judged, options);
    const direct = options.alternatives === false || rehearsed.outcome !== "succeeded" ? undefined : await timed(rehearsed, open);
    return { ...withLimit(rehearsed, direct), traffic: met, findings: [...found, ...(met?.findings ?? [])].toSorted(bySeverity) };
  });
  const folder = relative(await topOf(context.cwd), context.cwd);
  const compared = schema === undefined ? {} : { schema };
  const met = traffic === undefined ? {} : { traffic: traffic.measured };
  return {
    version: 1,
    command: "rehearse",
    copy,
    outcome,
    unjudged,
    ...measured,
    ...resultOf(findings, options.failOn),
    folder,
    ...compared,
    ...met,
  };
}

/** With one more sentence about what the observation could not see. */
function withLimit(rehearsed: Rehearsed, limit: string | undefined): Rehearsed {
  if (limit === undefined) return rehearsed;
  const { observation } = rehearsed.measured;
  return { ...rehearsed, measured: { ...rehearsed.measured, observation: { ...observation, limits: [...observation.limits, limit] } } };
}

/** Runs the traffic beside the migrations. What it met is a result, also when the migrations fail beside it. */
async function beside(context: Context, open: OpenCopy, migrations: Migrations, traffic: Traffic, options: RehearseOptions) {
  const { rehearseTraffic } = await import("./rehearse/traffic.ts");
  const { judgeTraffic } = await import("../rehearsal/judge/traffic.ts");
  const measured = await rehearseTraffic(context, open, migrations, traffic, options);
  return { measured, findings: judgeTraffic(measured) };
}

async function readTraffic(context: Context, file: string): Promise<Traffic> {
  return (await import("./rehearse/traffic.ts")).readTraffic(context, file);
}

/** The version of a dump or of a branch is that of its original, whatever the settings want. A local copy was reported before. */
function warnOfCopy({ settings: { postgres }, emit }: Context, { copy }: Rehearsal): void {
  if (copy.origin === "local" || postgres === undefined || postgres === copy.postgresMajor) return;
  emit({
    kind: "warning",
    text: `The copy has PostgreSQL ${copy.postgresMajor} (${copy.description}), but the setting postgres is ${postgres}.`,
  });
}

/** Emits the report for the pages of the job and the pull request, and the findings as annotations of files. */
async function emitResult(context: Context, result: Rehearsal): Promise<void> {
  const { REHEARSAL } = await import("../rehearsal/source.ts");
  const { annotationsOf } = await import("../findings/report/annotations.ts");
  const { renderRehearsal } = await import("../rehearsal/report/renderers.ts");
  const { inOneLine } = await import("../rehearsal/report/facts.ts");
  const { failOn, folder, findings, schema } = result;
  if (schema !== undefined) await emitSchemaDiff(context, { ...schema, warnings: [] });
  const config = context.resolved.file;
  const place = config === undefined ? { hasFile: false } : { file: relative(context.cwd, config) };
  const annotations = annotationsOf(findings, REHEARSAL, { failOn, folder, ...place });
  const hasNoResult = findings.length === 0 && result.tables.length === 0 && !result.copy.isEmpty;
  const isQuiet = result.outcome === "nothing-pending" || hasNoResult;
  const weight = result.failed ? "problem" : isQuiet ? "none" : "some";
  const markdown = renderRehearsal(result, "markdown", {});
  const page = isQuiet ? "" : renderRehearsal(result, "markdown", { isTitled: false });
  context.emit({ kind: "result", topic: "rehearsal", weight, text: inOneLine(result), markdown: page });
  context.emit({ kind: "findings", topic: "rehearsal", markdown, annotations });
}
