import type { RecordedTransaction } from "../observe/recording.ts";
import { type Relation, tableOf } from "../observe/relations.ts";
import type { LockSpan } from "../observe/sample.ts";
import { type DottedName, mentions, namesIn } from "../sql/names.ts";
import { certainLocks } from "../sql/certain-lock.ts";
import { isAtLeast } from "../sql/strongest-lock.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import { wordsOf } from "../sql/kinds.ts";
import type { ReadStatement } from "./statements.ts";

/**
 * The tables that succeeded statements locked for certain, by their texts, but without a look that saw that mode or a stronger one. A short lock of a
 * statement outside of an explicit transaction can be missing in all looks, and the report must not say that there was none. Pure.
 */
export function unseenTables(
  statements: readonly ReadStatement[],
  transactions: readonly RecordedTransaction[],
  relations: ReadonlyMap<number, Relation>,
  spans: readonly LockSpan[],
): ReadonlySet<number> {
  const known = new Map<string, number | undefined>();
  const unseen = new Set<number>();
  const temporary = new Set(statements.flatMap(({ parts }) => parts.flatMap(({ tokens }) => temporaryName(tokens) ?? [])));
  for (const { sent, transaction, parts, startMs, endMs, pid } of statements) {
    if (sent.sqlstate !== undefined || transactions[transaction]?.isComplete === true) continue;
    const targets = parts
      .flatMap(({ tokens }) => certainLocks(tokens))
      .filter(({ name }) => name.length > 1 || !temporary.has(name[0] ?? ""));
    for (const { name, mode } of targets) {
      const key = name.join(".");
      if (!known.has(key)) known.set(key, tableNamed(name, relations));
      const table = known.get(key);
      const isSeen = spans.some(
        (span) =>
          span.pid === pid &&
          span.fromMs <= endMs &&
          span.toMs >= startMs &&
          tableOf(span.relation, relations) === table &&
          // A weaker one is that of another statement of the message, such as an UPDATE before an ALTER TABLE.
          (mode === undefined || isAtLeast(span.mode, mode)),
      );
      if (table !== undefined && !isSeen) unseen.add(table);
    }
  }
  return unseen;
}

/** Undefined if several schemas have the name: the text alone does not show which one it is. */
function tableNamed(name: DottedName, relations: ReadonlyMap<number, Relation>): number | undefined {
  const [first, second] = [...relations.values()].filter((relation) => mentions([name], relation));
  return first === undefined || second !== undefined ? undefined : tableOf(first.id, relations);
}

/** The temporary table that a statement creates. It hides a table with its name. */
function temporaryName(tokens: readonly Token[]): string | undefined {
  const start = /^create (?:local |global )?temp(?:orary)? table (?:if not exists )?/.exec(wordsOf(tokens, 12))?.[0];
  return start === undefined ? undefined : namesIn(tokens.slice(start.trim().split(" ").length))[0]?.at(-1);
}
