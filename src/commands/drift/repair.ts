import { join } from "node:path";
import { readCatalog } from "../../catalog/read.ts";
import { asOnCopy, asOnOriginal, notProvable, withNotProvable, withoutEventTriggers } from "../../repair/restricted-catalog.ts";
import { ownerOfRepaired, type RepairPlan } from "../../repair/plan.ts";
import { planRenamed } from "../../repair/renames/plan-renamed.ts";
import { renameFirst } from "../../repair/renames/rename-first.ts";
import { tryTwice } from "../../repair/prove.ts";
import { harmless, headingLines, migrationStatements, renderRepair, withoutConcurrency } from "../../repair/script.ts";
import { readRows } from "../../repair/rows.ts";
import type { RepairFormat } from "../../repair/formats/names.ts";
import type { Step } from "../../repair/step.ts";
import { type NextMigrationPlace, nextMigrationPlace } from "./next-migration.ts";
import { converge } from "../../repair/converge.ts";
import { readRepairSource } from "../../repair/source.ts";
import { OffshootError } from "../../errors.ts";
import type { Context } from "../../context/context.ts";
import { inPhase } from "../../context/phase.ts";
import { withReadSession } from "../../context/read-session.ts";
import { type Original, withCopies } from "./copies.ts";
import { readerAfter } from "./read-after.ts";
import type { Comparison } from "./comparison.ts";
import { type DatabaseSide, type Side } from "./sides.ts";

export interface RepairOptions {
  /** Whether the script also runs steps that lose data. If not, they are commented out. Default: false. */
  readonly allowDestructive?: boolean | undefined;
  /** Write the repair as the next migration of this tool, which the repository must use. Default: one script for `psql`. */
  readonly format?: RepairFormat | undefined;
  /** With `format`: the folder of the tool's migrations. Default: the one in which the tool was found. */
  readonly folder?: string | undefined;
}

/** A script that changes the actual schema into the expected one. */
export interface Repair {
  /** The script for `psql`. Undefined if none could be proved, or if every step loses data and that is not allowed. */
  readonly sql: string | undefined;
  /** With `RepairOptions.format`: the files of the migration, with absolute paths. The first one is the migration. Nothing is written. */
  readonly files?: readonly { readonly path: string; readonly text: string; readonly replaces?: true }[];
  /** The number of statements that the script runs, and of those that are commented out. */
  readonly steps: number;
  readonly commentedOut: number;
  /** The copy on which the script ran twice. */
  readonly provedOn: string | undefined;
  /** The changes that the script does not make, with the reason. */
  readonly unrepaired: readonly { readonly kind: string; readonly object: string; readonly reason: string }[];
  /** Statements that rename an object, which may be right: several objects fit, or it may be another object. Only if there are any. */
  readonly possibleRenames?: readonly string[];
}

/**
 * Writes the SQL that removes a drift, and runs it twice on a copy before it returns it. The databases themselves are only
 * read. Throws `USAGE` if a side is a spec file.
 */
export async function repairOf(context: Context, comparison: Comparison, options: RepairOptions): Promise<Repair> {
  const { allowDestructive = false, format, folder } = options;
  const { changes, normalisations } = comparison;
  const place = format === undefined ? undefined : await nextMigrationPlace(context, format, folder);
  const [expected, actual] = await Promise.all([original(context, comparison.expected), original(context, comparison.actual)]);
  const owner = ownerOfRepaired(expected, actual);
  return inPhase(context.emit, "drift", "repair", async () => {
    const tried = await withCopies(context, { ...actual, owner }, async (copies) => {
      const readAfter = readerAfter(context, copies, { ...actual, owner });
      const renamed = await renameFirst(expected, actual, changes, { readAfter, normalisations });
      const rows = await withReadSession(context, actual.url, (session) =>
        readRows(session, expected.catalog, renamed.side.catalog, renamed.changes, renamed.formerName),
      );
      const plan = (refused: ReadonlyMap<string, string>): RepairPlan => {
        const planned = planRenamed(expected, { side: actual, changes }, renamed, { normalisations, rows, refused });
        return place?.format.inOneTransaction === true ? { ...planned, steps: withoutConcurrency(planned.steps) } : planned;
      };
      const limits = copies.role === undefined ? new Map<string, string>() : notProvable(changes);
      const result = await converge(
        (refused) => plan(new Map([...limits, ...refused])),
        async (steps) => {
          const copy = await copies.make();
          try {
            const { role } = copies;
            const { superuserUrl } = copy;
            return await tryTwice(copy.url, role === undefined ? steps : asOnCopy(steps, role, owner), {
              superuser: role === undefined || superuserUrl === undefined ? undefined : { url: superuserUrl, owner: role },
              expected: role === undefined ? expected.catalog : withoutEventTriggers(expected.catalog),
              read: async (session) => asOnOriginal(await readCatalog(session), role, owner),
              normalisations,
              queryMs: context.settings.timeouts.migrateMs,
              signal: context.signal,
            });
          } finally {
            await copy.drop();
          }
        },
        allowDestructive,
      );
      return { ...result, copies };
    });
    if ("reasons" in tried) return unproved(changes, `no copy to test it on: ${tried.reasons.join("; ")}`);
    const { plan: found, reason, copies } = tried.done;
    if (found === undefined) return unproved(changes, reason ?? "the test on a copy failed");
    const proved = copies.role === undefined ? found : withNotProvable(found, changes);
    const running = allowDestructive ? proved.steps : harmless(proved.steps);
    const heading = { expected: expected.description, actual: actual.description, copy: copies.description, copyHasRows: copies.hasRows };
    // A script in which everything is commented out has nothing to run.
    const isOffered = running.length > 0;
    const written =
      place !== undefined && isOffered ? await asMigration(place, running, headingLines(proved, running, heading)) : undefined;
    return {
      sql: isOffered ? (written?.[0]?.text ?? renderRepair(proved, heading, { allowDestructive })) : undefined,
      ...(written === undefined ? {} : { files: written }),
      steps: running.length,
      commentedOut: proved.steps.length - running.length,
      provedOn: isOffered ? copies.description : undefined,
      unrepaired: proved.unrepaired.map(({ change, reason: why }) => ({ kind: change.kind, object: change.object, reason: why })),
      ...(proved.possibleRenames === undefined ? {} : { possibleRenames: proved.possibleRenames }),
    };
  });
}

async function asMigration(
  place: NextMigrationPlace,
  steps: readonly Step[],
  about: readonly string[],
): Promise<NonNullable<Repair["files"]>> {
  const files = await place.write(migrationStatements(steps, place.format), about);
  return files.map(({ name, ...file }) => ({ ...file, path: join(place.folder, name) }));
}

function unproved(changes: Comparison["changes"], reason: string): Repair {
  const unrepaired = changes.map(({ kind, object }) => ({ kind, object, reason }));
  return { sql: undefined, steps: 0, commentedOut: 0, provedOn: undefined, unrepaired };
}

async function original(context: Context, side: Side): Promise<Omit<Original, "owner">> {
  if (side.kind === "spec") {
    throw new OffshootError("USAGE", `A repair cannot be written from ${side.description}.`, {
      meaning: "A spec does not contain the whole definition of the objects that it requires.",
      remedy: "Use the migrations, a branch or a database for both sides.",
    });
  }
  const database: DatabaseSide = side;
  return { ...database, source: await withReadSession(context, database.url, (session) => readRepairSource(session)) };
}
