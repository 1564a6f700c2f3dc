import { formatElapsed } from "../../duration.ts";
import { fails } from "../../findings/finding.ts";
import { found } from "../finding.ts";
import { type Delay, type EffectiveLimits, MOMENT_MS, type RehearsalLimits } from "../limits.ts";
import type { ExplainedWait } from "../measure/explain-waits.ts";
import { type Explained, type ExplainedTable, lengthOf } from "../measure/measure.ts";
import type { Blamed } from "../measure/blame.ts";
import type { TableChange } from "../measure/tables.ts";
import { holdingOf } from "../measure/holding.ts";
import type { Wait } from "../observe/blocking.ts";
import { modeName } from "../observe/lock-modes.ts";
import { SEQUENCE } from "../observe/relations.ts";
import { formatRows, formatSize, formatWait } from "../size.ts";
import { isAtLeast, strongestLock } from "../sql/strongest-lock.ts";
import { adviseToReplace, endsByDrop } from "./dropped.ts";
import { heldSubject } from "./held.ts";
import type { Judged } from "./judged.ts";
import { limitsDuring } from "./lateness.ts";
import { judgeRows } from "./rows.ts";
import { placeOf } from "./place.ts";
import { type Shown, subjectOf } from "./subject.ts";

/** The findings about one table. Pure. */
export function judgeTable(
  each: ExplainedTable,
  command: Pick<Explained, "statements" | "allStatements" | "records">,
  limits: RehearsalLimits,
  shown: Shown,
  now: Date,
  delay: Delay,
): readonly Judged[] {
  const { statements } = command;
  const during = (wait: ExplainedWait | undefined): EffectiveLimits =>
    limitsDuring(wait, { table: each.change.table, limits, statements, now, delay });
  const own = during(undefined);
  const judged = (code: "reads-blocked" | "writes-blocked", waits: readonly ExplainedWait[]): readonly Judged[] =>
    waits.flatMap((wait) => judgeWait(code, each.change, wait, during(wait), command, limits, shown));
  // Nobody reads a sequence: a number of it is taken by a write.
  const isRead = each.change.table.kind !== SEQUENCE;
  const reported = each.reads.filter((read) => isRead && lengthOf(read.wait) > during(read).blockedReadsMs);
  // Whoever blocks readers also blocks writers. One finding is enough for one lock, if it is not the milder one.
  const { blockedReads = "error", blockedWrites = "error" } = limits.severities;
  const isEnough = fails({ severity: blockedReads }, blockedWrites);
  const others = each.writes.filter(({ wait }) => !isEnough || !reported.some((read) => read.wait.fromMs === wait.fromMs));
  return [
    ...judged("reads-blocked", reported),
    ...judged("writes-blocked", others),
    ...judgeRewrite(each, own, limits, shown),
    ...judgeRows(each, own, command, shown),
  ];
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
  if (lengthOf(wait) <= limitMs) return [];
  const holding = holdingOf(wait, blamed, allStatements, records);
  if (endsByDrop(change, blamed, holding)) return [];
  const { subject, advice, during, others = [] } = heldSubject(blamed, holding, limitMs, shown, isRead ? "readers" : "writers");
  const replacing = adviseToReplace(change, blamed);
  const general = {
    limit: acceptedMs === MOMENT_MS ? "a moment" : formatWait(acceptedMs, formatElapsed),
    ...(limitMs === acceptedMs ? {} : { judgedFrom: formatWait(limitMs, formatElapsed) }),
    table: `${indexOf(change, wait, blamed)}${sizeInWords(change)}`,
  };
  const facts = {
    ...subject,
    ...(replacing === undefined ? {} : { advice: replacing, sql: [] }),
    ...general,
    blocked: formatWait(lengthOf(wait), formatElapsed),
    lock: modeName(wait.firstMode),
    ...(during === undefined ? {} : { during }),
  };
  const name = isRead ? "blockedReads" : "blockedWrites";
  const options = { severity: severities[name], reason: own.reasons[name] };
  const object = { kind: change.table.kind === SEQUENCE ? "sequence" : "table", name: change.table.shown } as const;
  return [
    { finding: found(code, object, facts, { ...options, at: placeOf(blamed, shown.files) }), advice, blockedMs: lengthOf(wait) },
    ...others.map((each): Judged => {
      const ofLater = { ...each.subject, ...general, blocked: formatWait(each.ms, formatElapsed), lock: modeName(each.mode) };
      return {
        finding: found(code, object, ofLater, { ...options, at: placeOf(each.blamed, shown.files) }),
        advice: each.advice,
        blockedMs: each.ms,
      };
    }),
  ];
}

/**
 * Of a lock on an index: the table itself can have a weaker one, as the list of tables says. Empty where the statement takes such a lock
 * on the table too: then that on the index can be of a later statement.
 */
export function indexOf({ relations }: Pick<TableChange, "relations">, { relation, firstMode }: Wait, blamed: Blamed | undefined): string {
  const own = blamed && strongestLock(blamed.part.tokens);
  if (own !== undefined && isAtLeast(own, firstMode)) return "";
  const index = relations.find(({ id, kind }) => id === relation && ["i", "I"].includes(kind));
  return index === undefined ? "" : `the index ${index.shown} of `;
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
  const options = { at: placeOf(rewrite, shown.files), severity: severities.rewrite, reason: own.reasons.rewrite };
  return [{ finding: found("table-rewritten", { kind: "table", name: change.table.shown }, facts, options), advice }];
}
