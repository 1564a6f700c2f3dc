import type { Relation } from "../observe/relations.ts";
import type { LockSpan } from "../observe/sample.ts";
import { lower } from "../sql/alter-table.ts";
import { changesSchema } from "../sql/kinds.ts";
import { mentions } from "../sql/names.ts";
import { canTake } from "../sql/strongest-lock.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import type { RunsCode } from "./could-run.ts";
import type { StatementPart } from "./parts.ts";
import type { ReadStatement } from "./statements.ts";

/** The parts of a message that can have run in this transaction of its session. All of them where that is not known. */
export type PartsIn = (statement: ReadStatement, transaction: number | undefined) => readonly StatementPart[];

/** The number of the transaction in which each statement of a message runs, from 0. A message can end some and begin others. Pure. */
export function transactionsIn(parts: readonly StatementPart[]): readonly number[] {
  let current = 0;
  return parts.map(({ tokens }) => {
    const own = current;
    if (endsTransaction(tokens)) current += 1;
    return own;
  });
}

/** The parts of the message of this one that are in its transaction, itself included. Pure. */
export function sameTransaction(parts: readonly StatementPart[], part: StatementPart): readonly StatementPart[] {
  const numbers = transactionsIn(parts);
  const own = numbers[parts.indexOf(part)];
  return own === undefined ? parts : parts.filter((_, at) => numbers[at] === own);
}

function endsTransaction(tokens: readonly Token[]): boolean {
  const [first = "", ...rest] = tokens.slice(0, 4).map(lower);
  if (first === "prepare") return rest[0] === "transaction";
  return ["commit", "end", "rollback", "abort"].includes(first) && rest[0] !== "prepared" && !rest.includes("to");
}

/**
 * The server numbers the transactions of a session one after the other. So the locks of a message show which of its transactions
 * they are of, up to the number of the first one: of the possible ones, those count that fit best to what the statements lock.
 */
export function partsInTransactions(spans: readonly LockSpan[], relations: ReadonlyMap<number, Relation>, runsCode: RunsCode): PartsIn {
  const known = new Map<ReadStatement, (transaction: number) => readonly StatementPart[]>();
  return (statement, transaction) => {
    if (transaction === undefined || statement.parts.length === 1) return statement.parts;
    const find = known.get(statement) ?? finder(statement, spans, relations, runsCode);
    known.set(statement, find);
    const found = find(transaction);
    return found.length === 0 ? statement.parts : found;
  };
}

type Find = (transaction: number) => readonly StatementPart[];

function finder(
  { parts, startMs, endMs, pid }: ReadStatement,
  spans: readonly LockSpan[],
  relations: ReadonlyMap<number, Relation>,
  runsCode: RunsCode,
): Find {
  const numbers = transactionsIn(parts);
  const count = (numbers.at(-1) ?? 0) + 1;
  const own = spans.filter((span) => span.pid === pid && span.fromMs <= endMs && span.toMs >= startMs);
  const seen = own.flatMap(({ transaction }) => transaction ?? []);
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  if (count === 1 || seen.length === 0) return () => parts;
  const groups = Array.from({ length: count }, (_, at) => parts.filter((__, index) => numbers[index] === at));
  const firsts = Array.from({ length: Math.max(1, count - (most - least)) }, (_, at) => at);
  const scores = firsts.map((first) =>
    own.reduce((sum, span) => {
      const table = relations.get(relations.get(span.relation)?.table ?? span.relation);
      const group = groups[first + (span.transaction ?? least) - least] ?? [];
      return table === undefined ? sum : sum + group.reduce((best, part) => Math.max(best, fitOf(part, span, table, runsCode)), -3);
    }, 0),
  );
  const best = Math.max(...scores);
  const chosen = new Set(firsts.filter((_, at) => scores[at] === best));
  return (transaction) => parts.filter((_, at) => chosen.has((numbers[at] ?? 0) - (transaction - least)));
}

const CHANGING: ReadonlySet<string> = new Set(["update", "delete", "insert", "merge", "copy"]);
/** They show little: many statements take them on tables that they do not name. */
const WEAK: ReadonlySet<string> = new Set(["AccessShareLock", "RowShareLock"]);

/** How well a lock fits to a statement: 2 if it names the table, 1 if it can take it on another one, less if it hardly takes it. */
function fitOf(part: StatementPart, { mode }: LockSpan, table: Relation, runsCode: RunsCode): number {
  if (WEAK.has(mode)) return 0;
  const isAble = mode === "RowExclusiveLock" ? CHANGING.has(part.kind) : changesSchema(part.kind) && canTake(part.tokens, mode);
  if (isAble && mentions(part.names, table)) return 2;
  return isAble || runsCode(part) ? 1 : -3;
}
