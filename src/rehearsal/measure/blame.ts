import type { Wait } from "../observe/blocking.ts";
import type { Relation } from "../observe/relations.ts";
import { changesSchema } from "../sql/kinds.ts";
import { mentions } from "../sql/names.ts";
import { recurses } from "../sql/recursion.ts";
import { canRewriteTable } from "../sql/rewrites.ts";
import { runsCode } from "../sql/runs-code.ts";
import { canTake } from "../sql/strongest-lock.ts";
import { canLockUnnamed } from "../sql/unnamed-locks.ts";
import type { RunsCode } from "./could-run.ts";
import { type PartsIn, sameTransaction } from "./message-transactions.ts";
import { isQuiet, type StatementPart, UNREAD_PART } from "./parts.ts";
import type { ReadStatement } from "./statements.ts";
import type { LocksUnnamed } from "./unnamed-locks.ts";

/** A statement, and the part of it that did something. */
export interface Blamed {
  readonly statement: ReadStatement;
  readonly part: StatementPart;
  /** Other parts of the same message that can have done it too: the times of the statements of a message are not known. */
  readonly perhaps?: readonly StatementPart[] | undefined;
}

/** What is known besides the statements. */
export interface BlameContext {
  /** The tables above the one that is waited for. */
  readonly ancestors?: readonly Relation[];
  /** Whether a statement locks it without its name, because of what the catalog has. */
  readonly locksUnnamed?: LocksUnnamed;
  readonly partsIn?: PartsIn;
  readonly runsCode?: RunsCode;
}

type IsSuitable = (part: StatementPart) => boolean;

/**
 * The statement whose lock made others wait: the one that ran in that session when the wait began, and its first part that
 * names the table, one of its indexes or a table above it. Pure.
 */
export function blameForWait(
  wait: Wait,
  statements: readonly ReadStatement[],
  relations: readonly Relation[],
  {
    ancestors = [],
    locksUnnamed = () => false,
    partsIn = partsOfAll,
    runsCode: runs = ({ tokens }) => runsCode(tokens),
  }: BlameContext = {},
): Blamed | undefined {
  const ofSession = statements.filter(({ pid }) => pid === wait.pid || pid === undefined);
  const overlapping = ofSession.filter(({ startMs, endMs }) => endMs >= wait.fromMs && startMs <= wait.toMs);
  // A sample is a little later than the lock.
  const running = overlapping.filter(({ startMs, endMs }) => startMs <= wait.fromMs + 1 && endMs >= wait.fromMs);
  const choices = [...running, ...overlapping];
  const parts = (statement: ReadStatement): readonly StatementPart[] => partsIn(statement, wait.transaction);
  const able = (part: StatementPart): boolean => canBlock(part) && canTake(part.tokens, wait.firstMode);
  const naming = (part: StatementPart): boolean =>
    relations.some((relation) => mentions(part.names, relation)) ||
    locksUnnamed(part) ||
    (ancestors.some((relation) => mentions(part.names, relation)) && recurses(part.tokens));
  // Those whose locks only the catalog shows, such as a DROP … CASCADE.
  const reaching = (part: StatementPart): boolean => able(part) && canLockUnnamed(part.tokens);
  const first = (from: readonly ReadStatement[], isSuitable: IsSuitable): Blamed | undefined => firstWith(from, isSuitable, parts);
  const named = (from: readonly ReadStatement[]): Blamed | undefined => {
    const found = first(from, (part) => able(part) && naming(part));
    if (found === undefined) return undefined;
    const own = sameTransaction(found.statement.parts, found.part);
    // In another transaction of its message, if the looks do not show which one it was.
    const isOther = (part: StatementPart): boolean => able(part) && naming(part) && !own.includes(part);
    return withOthers(found, parts, (part, isBefore) => (isBefore && (runs(part) || reaching(part))) || isOther(part));
  };
  const hidden = (found: Blamed | undefined): Blamed | undefined => found && withOthers(found, parts, runs);
  return (
    named(running) ??
    // Code of the running statement rather than a later one that names the table.
    hidden(first(running, (part) => runs(part) && canTake(part.tokens, wait.firstMode))) ??
    hidden(first(running, reaching)) ??
    named(overlapping) ??
    hidden(first(choices, reaching)) ??
    // The other table of a foreign key.
    hidden(first(choices, able)) ??
    hidden(first(choices, (part) => runs(part) || runsCode(part.tokens))) ??
    first(choices, (part) => canBlock(part) && naming(part)) ??
    // In the part of a message that was not read, there can be the statement that took the lock.
    first(
      choices.filter(({ sent }) => sent.isCut !== true),
      naming,
    ) ??
    firstOf(choices, canBlock)
  );
}

/** The statement that wrote a relation to a new file: the longest one that names it and can do that. Pure. */
export function blameForRewrite(statements: readonly ReadStatement[], relations: readonly Relation[]): Blamed | undefined {
  const bySize = statements.filter(({ sent }) => sent.sqlstate === undefined).toSorted((one, other) => lengthOf(other) - lengthOf(one));
  // Of those that only read, there are only those whose functions took a lock.
  const able = bySize.filter(({ parts }) => parts.some(canRewriteTable) || parts.every(({ kind }) => kind === "read"));
  const naming = ({ names }: StatementPart): boolean => relations.some((relation) => mentions(names, relation));
  return firstWith(able, (part) => canRewriteTable(part) && naming(part), partsOfAll) ?? firstOf(able, canRewriteTable);
}

function canBlock({ kind }: StatementPart): boolean {
  return changesSchema(kind);
}

function partsOfAll({ parts }: ReadStatement): readonly StatementPart[] {
  return parts;
}

function firstWith(
  statements: readonly ReadStatement[],
  isSuitable: IsSuitable,
  partsOf: (statement: ReadStatement) => readonly StatementPart[],
): Blamed | undefined {
  for (const statement of statements) {
    const part = partsOf(statement).find(isSuitable);
    if (part !== undefined) return { statement, part };
  }
  return undefined;
}

/** With the other parts that can have taken the lock. */
function withOthers(
  { statement, part }: Blamed,
  partsOf: (statement: ReadStatement) => readonly StatementPart[],
  isOther: (part: StatementPart, isBefore: boolean) => boolean,
): Blamed {
  const all = partsOf(statement);
  const own = all.indexOf(part);
  const perhaps = all.filter((each, at) => at !== own && isOther(each, at < own));
  return perhaps.length === 0 ? { statement, part } : { statement, part, perhaps };
}

/** A statement that names none of them, such as one on the partitioned table: its first suitable part, not the `begin` before it. */
function firstOf([statement]: readonly ReadStatement[], isSuitable: IsSuitable): Blamed | undefined {
  if (statement === undefined) return undefined;
  const part = statement.parts.find(isSuitable);
  if (part !== undefined || statement.sent.isCut === true) return { statement, part: part ?? UNREAD_PART };
  return { statement, part: statement.parts.find((each) => !isQuiet(each)) ?? statement.parts[0] ?? UNREAD_PART };
}

function lengthOf({ startMs, endMs }: ReadStatement): number {
  return endMs - startMs;
}
