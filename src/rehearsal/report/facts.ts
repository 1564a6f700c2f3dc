import { formatElapsed } from "../../duration.ts";
import { describeCounts } from "../../findings/count.ts";
import type { MeasuredTable } from "../measured.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { formatRows, formatSize, formatWait } from "../size.ts";
import { NO_ROWS, nothingDone, SOME_NOT_JUDGED } from "./closing-line.ts";

const EMPTY =
  "It had no migration and no table, so all migrations ran from the beginning and nothing was judged on rows. Later migrations are rehearsed on what these leave. To rehearse these on rows, give a server that has earlier ones: `npx offshoot rehearse --from URL`.";

/** The sentence that must come first: what the figures are worth. */
export function firstLine({ copy }: Pick<Rehearsal, "copy">): string {
  const where = `${copy.description}, PostgreSQL ${copy.postgresMajor}`;
  const first = copy.hasProductionRows ? `Rehearsed on ${where}.` : `There was no production data: rehearsed on ${where}.`;
  return copy.isEmpty ? `${first} ${EMPTY}` : first;
}

/** The whole result in one line, for a list of results. */
export function inOneLine(result: Pick<Rehearsal, "copy" | "outcome" | "tables" | "counts" | "ms" | "unjudged">): string {
  const { outcome, counts, tables, ms, copy, unjudged } = result;
  if (outcome === "nothing-pending") return `${nothingDone(copy)} on ${copy.description}`;
  const longest = (key: "blockedReadsMs" | "blockedWritesMs"): number => tables.reduce((most, each) => Math.max(most, each[key]), 0);
  const waits = `took ${wait(ms)}, readers wait ${wait(longest("blockedReadsMs"))}, writers ${wait(longest("blockedWritesMs"))}`;
  const found =
    outcome === "failed" ? "the migrations fail, and what comes after the failed statement was not rehearsed" : describeCounts(counts);
  const isClean = outcome === "succeeded" && Object.values(counts).every((count) => count === 0);
  const judged = unjudged.length === 0 ? "" : `; ${SOME_NOT_JUDGED}, because the machine was busy`;
  const rows = copy.isEmpty ? `; ${NO_ROWS}` : copy.hasProductionRows ? "" : "; no production data";
  const first = copy.isEmpty && isClean ? "the migrations run" : found;
  return `${first} on ${copy.description}; ${waits}${judged}${rows}`;
}

export const TABLE_HEAD = ["table", "readers wait", "writers wait", "lock", "held", "rewritten", "changed rows", "size", "rows"] as const;

/** One row of the table of measured figures. What matters most is first, because a phone shows the first columns only. */
export function tableRow(each: MeasuredTable): readonly string[] {
  const changed = each.rowsInserted + each.rowsUpdated + each.rowsDeleted;
  // Without a lock that was seen, nothing is known of the waits either: 0 would say that nobody waits.
  const seen = (ms: number): string => (each.strongestLock === undefined && ms === 0 ? "not seen" : wait(ms));
  return [
    each.table,
    seen(each.blockedReadsMs),
    seen(each.blockedWritesMs),
    lockOf(each),
    seen(each.heldMs),
    each.dropped ? "dropped" : each.rewritten ? "yes" : each.indexesRewritten.length > 0 ? `${each.indexesRewritten.length} indexes` : "no",
    changed === 0 ? "0" : formatRows(changed),
    formatSize(each.bytes),
    formatRows(each.rows),
  ];
}

function lockOf({ strongestLock, hasUnseenLocks }: MeasuredTable): string {
  if (strongestLock === undefined) return "not seen";
  return hasUnseenLocks === true && strongestLock !== "ACCESS EXCLUSIVE" ? `at least ${strongestLock}` : strongestLock;
}

/** What was measured for the whole command, in sentences. */
export function totals(result: Rehearsal): readonly string[] {
  const { ms, statements, migrations, logBytes, growthBytes, temporaryBytes, outcome, copy } = result;
  if (outcome === "nothing-pending") return [whyNothing(copy)];
  const counted = migrations.length > 0 ? `${migrations.length} migration${migrations.length === 1 ? "" : "s"}, ` : "";
  const written = [
    ...(logBytes === undefined ? [] : [`${formatSize(logBytes)} of log written (whole server)`]),
    growthBytes < 0 ? `database shrank by ${formatSize(-growthBytes)}` : `database grew by ${formatSize(growthBytes)}`,
    ...(temporaryBytes > 0 ? [`${formatSize(temporaryBytes)} of temporary files`] : []),
  ];
  const end = outcome === "failed" ? ["The migrations failed. What comes after the failed statement was not rehearsed."] : [];
  const unjudged = notJudged(result);
  const sent = statements.reduce((sum, { count }) => sum + count, 0);
  return [
    `${counted}${sent.toLocaleString("en-US")} statement${sent === 1 ? "" : "s"} in ${formatElapsed(ms)}; ${written.join("; ")}.`,
    ...end,
    ...(unjudged === undefined ? [] : [`${unjudged}.`]),
  ];
}

function whyNothing(copy: Rehearsal["copy"]): string {
  const { applied = 0, pending } = copy;
  if (pending === 0 && applied > 0) return "The command changed nothing: all migrations had already run in the copy.";
  if (pending === undefined || pending === 0) return "The command changed nothing in the copy.";
  const many = pending === 1 ? "1 migration was" : `${pending} migrations were`;
  return `The command changed nothing, although ${many} pending in the copy. Check that it is the command that runs the migrations.`;
}

/** Tables in the sentence about waits that were not judged. */
const MOST_UNJUDGED = 5;

/** The waits that exceed their limits and were not judged, as a sentence. Undefined: all were judged. */
export function notJudged({ unjudged }: Pick<Rehearsal, "unjudged">): string | undefined {
  if (unjudged.length === 0) return undefined;
  const more = unjudged.length - MOST_UNJUDGED;
  const waits = unjudged
    .slice(0, MOST_UNJUDGED)
    .map(({ table, access, ms }) => `${access === "reads" ? "readers" : "writers"} of ${table} for ${wait(ms)}`);
  return `Not judged, because the machine was too busy, although longer than the limits: ${waits.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The slowest statements, with their migration. */
export function slowest(result: Rehearsal, most: number): readonly string[] {
  return result.statements
    .filter(({ ms, count }) => ms >= 100 && count > 0)
    .toSorted((one, other) => other.ms - one.ms)
    .slice(0, most)
    .map(({ ms, sql, migration }) => `${wait(ms)}  ${migration === undefined ? "" : `${migration}: `}${sql}`);
}

/** How closely it was observed, and what could not be seen. */
export function sight({ observation, copy }: Rehearsal): readonly string[] {
  const active = copy.outbound.filter(({ state }) => state === "active").map(({ name }) => name);
  const created = copy.outbound.filter(({ state }) => state === "created").map(({ name }) => name);
  const disabled = copy.outbound.filter(({ state }) => state === "disabled").map(({ name }) => name);
  return [
    ...copy.gaps,
    ...observation.limits,
    ...(disabled.length === 0 ? [] : [`Disabled in the copy, because it could reach other systems: ${disabled.join(", ")}.`]),
    ...(active.length === 0 ? [] : [`Active in the copy, as allowed, although it can reach other systems: ${active.join(", ")}.`]),
    ...(created.length === 0 ? [] : [createdOutbound(created)]),
  ];
}

/** What the migrations created although their files do not show it, in sentences. */
export function createdOutbound(names: readonly string[]): string {
  return `The migrations created what can reach other systems: ${names.join(", ")}. Check whether they changed something there: it was not refused, because their files do not show it.`;
}

function wait(ms: number): string {
  return ms === 0 ? "0" : formatWait(ms, formatElapsed);
}
