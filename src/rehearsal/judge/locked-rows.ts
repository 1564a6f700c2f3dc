import { formatElapsed } from "../../duration.ts";
import { found } from "../finding.ts";
import type { EffectiveLimits } from "../limits.ts";
import type { ReadStatement } from "../measure/statements.ts";
import type { TableChange } from "../measure/tables.ts";
import { formatRows, formatWait } from "../size.ts";
import { namesOfStatement } from "../sql/known-names.ts";
import { locksRows } from "../sql/locking-clause.ts";
import type { Judged } from "./judged.ts";
import { placeOf } from "./place.ts";
import { type Shown, subjectOf } from "./subject.ts";

/** More rows than this in one transaction are worth a word: others change rows too. */
export const MANY_ROWS = 10_000;
/** A small row with its header (PostgreSQL documentation, "Database Page Layout"). */
const BYTES_OF_ROW = 40;
const LOCK_FEWER = "Lock fewer rows at a time: take a range of a key in each transaction, or lock only the rows that are changed in it.";

/**
 * SELECT … FOR UPDATE changes no row, and the server's statistics do not count it. It answers with the number of rows; of a DO block
 * only the number of rows in the table is known.
 */
export function judgeLockedRows(
  { table, relations, rows, locks }: TableChange,
  own: EffectiveLimits,
  allStatements: readonly ReadStatement[],
  shown: Shown,
): readonly Judged[] {
  // A copy of a table that was never analysed has no number of rows.
  const atMost = rows < 0 ? Math.round(table.bytes / BYTES_OF_ROW) : rows;
  const names = new Set(relations.map(({ name }) => name));
  const choices = allStatements.flatMap((statement) =>
    statement.parts.flatMap((part, at) => {
      const locking = locksRows(part.tokens);
      if (locking === undefined || !namesOfStatement(part.tokens).some((name) => names.has(name))) return [];
      const count = locking.isCode ? atMost : rowsIn(statement.sent.tags, statement.parts.length, at);
      const heldMs = heldBy(statement, allStatements, locks?.lockingMs);
      return count < MANY_ROWS || heldMs <= own.blockedWritesMs ? [] : [{ blamed: { statement, part }, count, heldMs, ...locking }];
    }),
  );
  const [longest] = choices.toSorted((one, other) => other.heldMs - one.heldMs);
  if (longest === undefined) return [];
  const { blamed, count, heldMs, isCode } = longest;
  const { subject } = subjectOf(blamed, shown);
  const counted = !isCode ? formatRows(count) : rows < 0 ? "an unknown number of" : `up to ${formatRows(count)}`;
  const facts = { ...subject, advice: LOCK_FEWER, sql: [], rows: counted, done: "locked", ...timesOf(heldMs, own) };
  const options = { at: placeOf(blamed, shown.files), reason: own.reasons.blockedWrites };
  return [{ finding: found("rows-locked", { kind: "table", name: table.shown }, facts, options) }];
}

/** The number in the server's answer to a statement of a message, `SELECT 20000`. */
function rowsIn(tags: readonly string[], parts: number, at: number): number {
  const own = tags.length === parts ? tags.slice(at, at + 1) : tags;
  return Math.max(0, ...own.map((tag) => Number(/^SELECT (\d+)$/.exec(tag)?.[1] ?? 0)));
}

/** The message can have statements before and after, and its transactions end within it: rows are not locked longer than their table. */
export function heldBy({ startMs, transaction }: ReadStatement, all: readonly ReadStatement[], tableMs = 0): number {
  const endMs = all.reduce((last, each) => (each.transaction === transaction ? Math.max(last, each.endMs) : last), 0);
  return Math.min(endMs - startMs, tableMs);
}

export function timesOf(heldMs: number, own: EffectiveLimits): { readonly held: string; readonly limit: string } {
  return { held: formatWait(heldMs, formatElapsed), limit: formatWait(own.acceptedWritesMs, formatElapsed) };
}
