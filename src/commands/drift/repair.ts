import { planRepair } from "../../repair/plan.ts";
import { tryTwice } from "../../repair/prove.ts";
import { renderRepair } from "../../repair/render.ts";
import { readRows } from "../../repair/rows.ts";
import { harmless } from "../../repair/script.ts";
import { settle } from "../../repair/converge.ts";
import { readRepairSource } from "../../repair/source.ts";
import { OffshootError } from "../../errors.ts";
import type { Context } from "../../context/context.ts";
import { inPhase } from "../../context/phase.ts";
import { withReadSession } from "../../context/reader.ts";
import { type Original, withCopies } from "./copies.ts";
import type { Measured } from "./comparison.ts";
import { type DatabaseSide, type Side } from "./sides.ts";

export interface RepairOptions {
  /** Whether steps that lose data run too, and are proved; else they are commented out. Default false. */
  readonly allowDestructive?: boolean | undefined;
}

/** What brings the actual schema to the expected one. */
export interface Repair {
  /** A script for `psql`; undefined where none could be proved, or all of it would lose data without leave. */
  readonly sql: string | undefined;
  /** How many statements the script runs, and how many are commented out. */
  readonly steps: number;
  readonly commentedOut: number;
  /** The copy that it ran on twice. */
  readonly provedOn: string | undefined;
  /** The changes that it leaves alone, with the reason. */
  readonly unrepaired: readonly { readonly kind: string; readonly object: string; readonly reason: string }[];
}

/**
 * Writes the SQL that removes a measured drift, and runs it twice on a copy before it is offered. The databases
 * themselves are only read. Throws `USAGE` where a side is a spec file.
 */
export async function repairOf(context: Context, measured: Measured, { allowDestructive = false }: RepairOptions): Promise<Repair> {
  const { changes, normalisations } = measured;
  const [expected, actual] = [await original(context, measured.expected), await original(context, measured.actual)];
  const rows = await withReadSession(context, actual.url, (session) => readRows(session, expected.catalog, actual.catalog, changes));
  const plan = (refused: ReadonlyMap<string, string>) => planRepair(expected, actual, changes, { normalisations, rows, refused });
  return inPhase(context.emit, "drift", "repair", async () => {
    const tried = await withCopies(context, actual, async (copies) => {
      const settled = await settle(
        plan,
        async (steps) => {
          const copy = await copies.make();
          try {
            return await tryTwice(copy.url, steps, {
              expected: expected.catalog,
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
      return { ...settled, copies };
    });
    if ("reasons" in tried) return unproved(changes, `nothing to prove it on: ${tried.reasons.join("; ")}`);
    const { plan: proved, reason, copies } = tried.done;
    if (proved === undefined) return unproved(changes, reason ?? "it did not prove");
    const running = allowDestructive ? proved.steps : harmless(proved.steps);
    const heading = { expected: expected.description, actual: actual.description, copy: copies.description, copyHasRows: copies.hasRows };
    // A script of comments alone has nothing to prove.
    const isOffered = running.length > 0;
    return {
      sql: isOffered ? renderRepair(proved, heading, { allowDestructive }) : undefined,
      steps: running.length,
      commentedOut: proved.steps.length - running.length,
      provedOn: isOffered ? copies.description : undefined,
      unrepaired: proved.unrepaired.map(({ change, reason: why }) => ({ kind: change.kind, object: change.object, reason: why })),
    };
  });
}

function unproved(changes: Measured["changes"], reason: string): Repair {
  const unrepaired = changes.map(({ kind, object }) => ({ kind, object, reason }));
  return { sql: undefined, steps: 0, commentedOut: 0, provedOn: undefined, unrepaired };
}

async function original(context: Context, side: Side): Promise<Original> {
  if (side.kind === "spec") {
    throw new OffshootError("USAGE", `A repair can't be written from ${side.description}.`, {
      meaning: "A spec says what must be there, and not all that it takes to make it.",
      remedy: "Give the migrations, a branch or a database on both sides.",
    });
  }
  const database: DatabaseSide = side;
  return { ...database, source: await withReadSession(context, database.url, (session) => readRepairSource(session)) };
}
