import type { UnjudgedWait } from "../measured.ts";
import type { Delay, RehearsalLimits } from "../limits.ts";
import type { ExplainedWait } from "../measure/explain-waits.ts";
import { type Explained, lengthOf } from "../measure/measure.ts";
import { holdingOf } from "../measure/holding.ts";
import { SEQUENCE } from "../observe/relations.ts";
import { endsByDrop } from "./dropped.ts";
import { limitsDuring, type WaitContext } from "./lateness.ts";

/**
 * The waits that are longer than the limits that are set, but are not findings because a busy machine can explain them. The
 * report must not say that the limits were kept. The longest ones first. Pure.
 */
export function unjudgedWaits(
  { statements, allStatements, records, tables }: Pick<Explained, "statements" | "allStatements" | "records" | "tables">,
  limits: RehearsalLimits,
  now: Date,
  delay: Delay,
): readonly UnjudgedWait[] {
  const waits = tables.flatMap(({ change, reads, writes }): readonly UnjudgedWait[] => {
    const context: WaitContext = { table: change.table, limits, statements, now, delay };
    const longest = (explained: readonly ExplainedWait[], access: "Reads" | "Writes"): number =>
      explained.reduce((most, each) => {
        const limit = limitsDuring(each, context);
        const isUnjudged = lengthOf(each.wait) > limit[`accepted${access}Ms`] && lengthOf(each.wait) <= limit[`blocked${access}Ms`];
        if (!isUnjudged || endsByDrop(change, each.blamed, holdingOf(each.wait, each.blamed, allStatements, records))) return most;
        return Math.max(most, lengthOf(each.wait));
      }, 0);
    const readsMs = change.table.kind === SEQUENCE ? 0 : longest(reads, "Reads");
    const writesMs = longest(writes, "Writes");
    const table = change.table.shown;
    return [
      ...(readsMs > 0 ? [{ table, access: "reads" as const, ms: Math.round(readsMs) }] : []),
      // Whoever blocks readers also blocks writers.
      ...(writesMs > readsMs ? [{ table, access: "writes" as const, ms: Math.round(writesMs) }] : []),
    ];
  });
  return waits.toSorted((one, other) => other.ms - one.ms);
}
