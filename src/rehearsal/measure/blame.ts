import type { Wait } from "../observe/blocking.ts";
import type { Relation } from "../observe/relations.ts";
import { canRewrite, changesSchema } from "../sql/kinds.ts";
import { mentions } from "../sql/names.ts";
import { runsCode } from "../sql/runs-code.ts";
import { canTake } from "../sql/strongest-lock.ts";
import { isQuiet, type StatementPart, UNREAD_PART } from "./parts.ts";
import type { ReadStatement } from "./statements.ts";

/** A statement, and the part of it that did something. */
export interface Blamed {
  readonly statement: ReadStatement;
  readonly part: StatementPart;
}

/**
 * The statement whose lock made others wait: the one that ran in that session when the wait began, and its first part that
 * names the table or one of its indexes. Pure.
 */
export function blameForWait(wait: Wait, statements: readonly ReadStatement[], relations: readonly Relation[]): Blamed | undefined {
  const ofSession = statements.filter(({ pid }) => pid === wait.pid || pid === undefined);
  const overlapping = ofSession.filter(({ startMs, endMs }) => endMs >= wait.fromMs && startMs <= wait.toMs);
  // A sample is a little later than the lock.
  const running = overlapping.filter(({ startMs, endMs }) => startMs <= wait.fromMs + 1 && endMs >= wait.fromMs);
  const choices = [...running, ...overlapping];
  const able = (part: StatementPart): boolean => canBlock(part) && canTake(part.tokens, wait.firstMode);
  return (
    firstNaming(choices, relations, able) ??
    // On a partition of the table that it names, or the other table of a foreign key.
    firstWith(choices, able) ??
    firstWith(choices, ({ tokens }) => runsCode(tokens)) ??
    firstNaming(choices, relations, canBlock) ??
    // In the part of a message that was not read, there can be the statement that took the lock.
    firstNaming(
      choices.filter(({ sent }) => sent.isCut !== true),
      relations,
      () => true,
    ) ??
    firstOf(choices, canBlock)
  );
}

/** The statement that wrote a relation to a new file: the longest one that names it and can do that. Pure. */
export function blameForRewrite(statements: readonly ReadStatement[], relations: readonly Relation[]): Blamed | undefined {
  const bySize = statements.filter(({ sent }) => sent.sqlstate === undefined).toSorted((one, other) => lengthOf(other) - lengthOf(one));
  // Of those that only read, there are only those whose functions took a lock.
  const able = bySize.filter(({ parts }) => parts.some(({ kind }) => canRewrite(kind)) || parts.every(({ kind }) => kind === "read"));
  return firstNaming(able, relations, ({ kind }) => canRewrite(kind)) ?? firstOf(able, ({ kind }) => canRewrite(kind));
}

function canBlock({ kind }: StatementPart): boolean {
  return changesSchema(kind);
}

function firstNaming(
  statements: readonly ReadStatement[],
  relations: readonly Relation[],
  isSuitable: (part: StatementPart) => boolean,
): Blamed | undefined {
  for (const statement of statements) {
    const part = statement.parts.find((each) => isSuitable(each) && relations.some((relation) => mentions(each.names, relation)));
    if (part !== undefined) return { statement, part };
  }
  return undefined;
}

function firstWith(statements: readonly ReadStatement[], isSuitable: (part: StatementPart) => boolean): Blamed | undefined {
  for (const statement of statements) {
    const part = statement.parts.find(isSuitable);
    if (part !== undefined) return { statement, part };
  }
  return undefined;
}

/** A statement that names none of them, such as one on the partitioned table: its first suitable part, not the `begin` before it. */
function firstOf([statement]: readonly ReadStatement[], isSuitable: (part: StatementPart) => boolean): Blamed | undefined {
  if (statement === undefined) return undefined;
  const part = statement.parts.find(isSuitable);
  if (part !== undefined || statement.sent.isCut === true) return { statement, part: part ?? UNREAD_PART };
  return { statement, part: statement.parts.find((each) => !isQuiet(each)) ?? statement.parts[0] ?? UNREAD_PART };
}

function lengthOf({ startMs, endMs }: ReadStatement): number {
  return endMs - startMs;
}
