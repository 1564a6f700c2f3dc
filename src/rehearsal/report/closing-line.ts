import { describeFindings } from "../../findings/count.ts";
import type { Rehearsal } from "../rehearsal.ts";

/** Where some waits exceed the limits, and the machine was too busy to judge them. */
export const SOME_NOT_JUDGED = "some waits were not judged";
/** Where the copy had no tables: what the migrations change was created by themselves a moment before. */
export const NO_ROWS = "nothing was judged on rows";

/** The end of a rehearsal in a log: what was found, and on which copy. */
export function closingLine({ findings, copy, outcome, unjudged }: Pick<Rehearsal, "findings" | "copy" | "outcome" | "unjudged">): string {
  const found = outcome === "nothing-pending" ? nothingDone(copy) : describeFindings(findings);
  // Without a row, no finding would sound as if there was something to find.
  const what = copy.isEmpty && outcome === "succeeded" && findings.length === 0 ? "the migrations run" : found;
  // Then it is perhaps the database of something else, where the migrations meet no table of theirs.
  const isUnrelated = copy.applied === 0 && copy.pending !== 0 && !copy.isEmpty;
  return [
    `${what} on ${copy.description}`,
    ...(isUnrelated ? ["none of the migrations was applied there before"] : []),
    ...(unjudged.length === 0 ? [] : [SOME_NOT_JUDGED]),
    ...(copy.isEmpty ? [NO_ROWS] : copy.hasProductionRows ? [] : ["no production data"]),
  ].join("; ");
}

/** What a command that changed nothing shows: that nothing was pending only where a version table proves it. */
export function nothingDone({ applied = 0, pending }: Pick<Rehearsal["copy"], "applied" | "pending">): string {
  if (pending === 0 && applied > 0) return "nothing was pending";
  if (pending === undefined || pending === 0) return "the command changed nothing";
  return `the command changed nothing, although ${pending === 1 ? "1 migration was" : `${pending} migrations were`} pending,`;
}
