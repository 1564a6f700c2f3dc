import { formatElapsed } from "../../duration.ts";
import { found } from "../finding.ts";
import { type EffectiveLimits, latenessOf, limitsFor, MOMENT_MS, momentOf, type RehearsalLimits } from "../limits.ts";
import type { ExplainedWait } from "../measure/explain-waits.ts";
import { type Explained, type ExplainedTable, lengthOf } from "../measure/measure.ts";
import type { TableChange } from "../measure/tables.ts";
import type { Blamed } from "../measure/blame.ts";
import { holdingOf } from "../measure/holding.ts";
import type { ReadStatement } from "../measure/statements.ts";
import { modeName } from "../observe/lock-modes.ts";
import { SEQUENCE } from "../observe/relations.ts";
import { formatRows, formatSize, formatWait } from "../size.ts";
import { heldSubject } from "./held.ts";
import type { Judged } from "./judged.ts";
import { judgeRows } from "./rows.ts";
import { placeOf, type Shown, subjectOf } from "./subject.ts";

/** Where the command did not pass the broker, its messages are not known. */
const UNKNOWN_MESSAGES = 20;

/** The findings about one table. Pure. */
export function judgeTable(
  each: ExplainedTable,
  command: Pick<Explained, "statements" | "allStatements" | "records">,
  limits: RehearsalLimits,
  shown: Shown,
  now: Date,
  delayMs: number,
): readonly Judged[] {
  const { statements } = command;
  const during = (wait: ExplainedWait | undefined): EffectiveLimits =>
    limitsFor(each.change.table, limits, now, momentOf(delayMs, wait === undefined ? 0 : latenessIn(wait, statements, delayMs)));
  const own = during(undefined);
  const judged = (code: "reads-blocked" | "writes-blocked", waits: readonly ExplainedWait[]): readonly Judged[] =>
    waits.flatMap((wait) => judgeWait(code, each.change, wait, during(wait), command, limits, shown));
  // Nobody reads a sequence: a number of it is taken by a write.
  const isRead = each.change.table.kind !== SEQUENCE;
  const reported = each.reads.filter((read) => isRead && lengthOf(read.wait) > during(read).blockedReadsMs);
  // Whoever blocks readers also blocks writers. One finding is enough for one lock.
  const others = each.writes.filter(({ wait }) => !reported.some((read) => read.wait.fromMs === wait.fromMs));
  return [
    ...judged("reads-blocked", reported),
    ...judged("writes-blocked", others),
    ...judgeRewrite(each, own, limits, shown),
    ...judgeRows(each, own, command, shown),
  ];
}

/** How much of a wait a busy machine explains: a share of each message in it, from its start to the start of the next one. */
function latenessIn({ wait: { fromMs, toMs, pid }, blamed }: ExplainedWait, statements: readonly ReadStatement[], delayMs: number): number {
  if (statements.length === 0) return UNKNOWN_MESSAGES * latenessOf(delayMs, { statements: 1, ms: Number.POSITIVE_INFINITY });
  const within = statements.filter((each) => (each.pid === pid || each.pid === undefined) && each.endMs >= fromMs && each.startMs <= toMs);
  return within.reduce((sum, each, at) => {
    const untilMs = Math.min(toMs, within[at + 1]?.startMs ?? toMs);
    const ms = Math.max(0, untilMs - Math.max(fromMs, each.startMs));
    return sum + latenessOf(delayMs, { statements: lateStatements(each, blamed), ms });
  }, 0);
}

/** How many statements of a message can be late in a wait. Those before the one that took the lock are not in it. */
function lateStatements(statement: ReadStatement, blamed: Blamed | undefined): number {
  const { parts, count } = statement;
  const before = blamed?.statement === statement ? Math.max(0, parts.indexOf(blamed.part)) : 0;
  return Math.max(parts.length, count) - before;
}

function judgeWait(
  code: "reads-blocked" | "writes-blocked",
  change: TableChange,
  { wait, blamed }: ExplainedWait,
  own: EffectiveLimits,
  { allStatements, records }: Pick<Explained, "allStatements" | "records">,
  { severities }: RehearsalLimits,
  shown: Shown,
): readonly Judged[] {
  const isRead = code === "reads-blocked";
  const limitMs = isRead ? own.blockedReadsMs : own.blockedWritesMs;
  const acceptedMs = isRead ? own.acceptedReadsMs : own.acceptedWritesMs;
  if (lengthOf(wait) <= limitMs || change.dropped) return [];
  const holding = holdingOf(wait, blamed, allStatements, records);
  const { subject, advice, during } = heldSubject(blamed, holding, limitMs, shown);
  const facts = {
    ...subject,
    blocked: formatWait(lengthOf(wait), formatElapsed),
    limit: acceptedMs === MOMENT_MS ? "a moment" : formatWait(acceptedMs, formatElapsed),
    ...(limitMs === acceptedMs ? {} : { judgedFrom: formatWait(limitMs, formatElapsed) }),
    lock: modeName(wait.firstMode),
    table: sizeInWords(change),
    ...(during === undefined ? {} : { during }),
  };
  const severity = severities[isRead ? "blockedReads" : "blockedWrites"];
  const options = {
    at: placeOf(blamed, change.relations, shown),
    severity,
    reason: own.reasons[isRead ? "blockedReads" : "blockedWrites"],
  };
  const kind = change.table.kind === SEQUENCE ? "sequence" : "table";
  return [{ finding: found(code, { kind, name: change.table.shown }, facts, options), advice }];
}

/** Also of a partitioned table, which has no rows of its own. */
function sizeInWords({ table, rows }: ExplainedTable["change"]): string {
  if (table.kind === SEQUENCE) return "a sequence: whoever inserts a row with a new number of it waits";
  if (table.bytes === 0) return table.kind === "p" ? "a partitioned table" : "an empty table";
  return `a table of ${formatSize(table.bytes)}${rows < 0 ? "" : `, about ${formatRows(rows)} rows`}`;
}

function judgeRewrite(
  { change, rewrite }: ExplainedTable,
  own: EffectiveLimits,
  { severities }: RehearsalLimits,
  shown: Shown,
): readonly Judged[] {
  const isCopied = change.rewritten && !["truncate", "refresh materialized view"].includes(rewrite?.part.kind ?? "");
  if (!isCopied || change.table.kind === SEQUENCE || change.table.bytes <= own.rewriteBytes) return [];
  const { subject, advice } = subjectOf(rewrite, shown);
  const facts = { ...subject, size: formatSize(change.table.bytes), limit: formatSize(own.rewriteBytes) };
  const options = { at: placeOf(rewrite, change.relations, shown), severity: severities.rewrite, reason: own.reasons.rewrite };
  return [{ finding: found("table-rewritten", { kind: "table", name: change.table.shown }, facts, options), advice }];
}
