import type { OutboundMode } from "../config/settings.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { inPhase } from "../context/phase.ts";
import { switchesOfOne } from "../drift/diff/of-one-database.ts";
import { schemaChanges } from "../drift/diff/from-comparison.ts";
import { describeSchemaChanges, type SchemaDiff } from "../drift/diff/schema-diff.ts";
import { OffshootError } from "../errors.ts";
import { prepareComparison } from "./drift/comparison.ts";
import { emitSchemaDiff } from "./diff/emit.ts";
import { dumpedServer } from "./rehearse/dumped-server.ts";

export type { PropertyChange, SchemaChange } from "../drift/diff/schema-change.ts";
export type { SchemaDiff } from "../drift/diff/schema-diff.ts";

export interface DiffOptions extends CommonOptions {
  /**
   * The schema before, in the forms of `drift`. Default: on Neon a copy of the parent branch; otherwise what the migrations of
   * the target branch create.
   */
  readonly before?: string | undefined;
  /** The schema after, in the same forms. Default: the schema before, after the pending migrations; with `before` `migrations`. */
  readonly after?: string | undefined;
  /** Run the pending migrations on a dump of this server: a Postgres URL, or the name of an environment variable that holds one. */
  readonly from?: string | undefined;
  /** The migration command and its arguments; default the setting `migrations.command`, else the detected tool. */
  readonly command?: readonly string[] | undefined;
  /** What to do when the copy can reach other systems, as for `rehearse`. Default `refuse`. */
  readonly outbound?: OutboundMode | undefined;
  /** What the comparison ignores, and what it includes, as for `drift`. */
  readonly ignore?: readonly string[] | undefined;
  readonly compare?: readonly string[] | undefined;
}

/**
 * What the migrations change in the schema: added, changed and removed objects. Production is only read: the pending
 * migrations run on a copy of it, which is deleted afterwards. Changes are a result, not an error.
 *
 * Throws `USAGE`, `COMMAND_MISSING`, `NO_PROVIDER`, `URL_INVALID`, `COPY_CONNECTED`, `MIGRATION_FAILED`, `TIMED_OUT`, and
 * `CANCELLED`.
 */
export async function diff(options: DiffOptions = {}): Promise<SchemaDiff> {
  return inContext(options, (context) => diffIn(context, options));
}

async function diffIn(context: Context, options: DiffOptions): Promise<SchemaDiff> {
  const compare = await comparisonOf(context, options);
  const found = await inPhase(context.emit, "diff", "schema", compare, ({ changes }) => describeSchemaChanges(changes));
  await emitSchemaDiff(context, found);
  return found;
}

/** Checks the input before anything is created. */
async function comparisonOf(context: Context, options: DiffOptions): Promise<() => Promise<SchemaDiff>> {
  const { before, after, from, command = [], outbound, ignore, compare } = options;
  const isGiven = before !== undefined || after !== undefined;
  if (isGiven && (from !== undefined || command.length > 0)) throw bothWays();
  const dumped = await dumpedServer(context, from);
  const isLocal = dumped === undefined && command.length === 0 && !context.settings.provider.includes("neon");
  const base = isLocal && before === undefined ? await (await import("./diff/base-commit.ts")).baseCommit(context) : undefined;
  if (isGiven || base !== undefined) {
    const sources = { before: before ?? (base === undefined ? "parent" : `migrations@${base.commit}`), after: after ?? "migrations" };
    const switches = base === undefined ? { ignore, compare } : switchesOfOne({ ignore, compare });
    return ofSources(context, sources, switches, base?.branch);
  }
  const { diffOnCopy } = await import("./diff/on-copy.ts");
  return () =>
    diffOnCopy(context, { command, dumped, outbound: outbound ?? context.settings.rehearse.outbound, switches: { ignore, compare } });
}

async function ofSources(
  context: Context,
  { before, after }: { readonly before: string; readonly after: string },
  switches: Pick<DiffOptions, "ignore" | "compare">,
  branch: string | undefined,
): Promise<() => Promise<SchemaDiff>> {
  const flags = { expected: "--after", actual: "--before" };
  const compareSides = await prepareComparison(context, { expected: after, actual: before, ...switches }, flags);
  return () =>
    compareSides(async ({ expected, actual, changes, warnings }) => ({
      version: 1,
      command: "diff",
      before: branch === undefined ? actual.description : `${actual.description} (where this branch left ${branch})`,
      after: expected.description,
      changes: schemaChanges(changes),
      warnings,
    }));
}

function bothWays(): OffshootError {
  return new OffshootError("USAGE", "Two schemas and a copy for the migrations were given.", {
    meaning: "With --before or --after two schemas are compared, and nothing is migrated in a copy.",
    remedy: "Remove --before and --after, or --from and the command.",
  });
}
