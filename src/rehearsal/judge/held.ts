import { adviseToCommit } from "../advice/advise.ts";
import type { Advice } from "../advice/advice.ts";
import { formatElapsed } from "../../duration.ts";
import type { Blamed } from "../measure/blame.ts";
import type { Holding } from "../measure/holding.ts";
import { isQuiet } from "../measure/parts.ts";
import type { ReadStatement } from "../measure/statements.ts";
import { formatWait } from "../size.ts";
import { blocks, type LockMode } from "../observe/lock-modes.ts";
import { strongestLock } from "../sql/strongest-lock.ts";
import { targetsOf } from "../sql/targets.ts";
import { type Shown, type Subject, subjectOf, textOf } from "./subject.ts";

/** Statements of the same message that a finding names. */
const MOST_NAMED = 3;

interface HeldSubject {
  readonly subject: Subject;
  readonly advice: Advice;
  readonly during?: string;
  /** Later statements that make others wait for longer than the limit by themselves. Each needs a safer way of its own. */
  readonly others?: readonly LaterSubject[];
}

/** A statement that needs a lock on a table which an earlier one of its transaction has locked. */
export interface LaterSubject {
  readonly blamed: Blamed;
  readonly subject: Subject;
  readonly advice: Advice;
  readonly mode: LockMode;
  readonly ms: number;
}

/**
 * The statement that took a lock, and what held the lock afterwards. Where the statement alone would have been short enough, the
 * advice is to end the transaction after it. Pure.
 */
export function heldSubject(
  blamed: Blamed | undefined,
  holding: Holding,
  limitMs: number,
  shown: Shown,
  blocked: "readers" | "writers",
): HeldSubject {
  const { subject, advice } = subjectOf(blamed, shown);
  const { later, further, ownMs, isIdle, sameMessage } = holding;
  const during = duringOf(holding, shown);
  if (during === undefined) return { subject, advice };
  if (later.length === 0 && further === undefined && !isIdle) {
    const text = `${subject.advice} ${sameMessage.length === 1 ? "The statement" : "The statements"} after it in the same message also held the lock: put them into a migration of their own.`;
    const other = subject.sql.length > 0 ? undefined : costlyOf(sameMessage, blamed, shown);
    if (other === undefined) return { subject: { ...subject, advice: text }, advice, during };
    return { subject: { ...subject, advice: `${text} For ${other.statement}: ${other.advice}`, sql: other.sql }, advice, during };
  }
  const first = blamed?.statement.migration;
  const isOther = [...later, ...(further?.statements ?? [])].some(
    ({ migration }) => first !== undefined && migration !== undefined && first !== migration,
  );
  const commit = adviseToCommit(isOther ? (shown.tool ?? "") : undefined);
  const needing = later.flatMap((each) => needingItself(blamed, each, shown, blocked) ?? []);
  const needed = ownMs > limitMs ? undefined : needing.find((each) => each.subject.sql.length > 0);
  const others = needing
    .filter((each) => each !== needed && each.ms > limitMs)
    .toSorted((one, other) => one.blamed.statement.startMs - other.blamed.statement.startMs);
  if (needed !== undefined) {
    const [which, split] = later.length === 1 ? ["The later statement", ""] : ["A later statement", ` For the others: ${commit.text}`];
    const text = `${which} needs a lock on this table itself, so another transaction does not help. For ${needed.subject.statement}: ${needed.subject.advice}${split}`;
    return { subject: { ...subject, advice: text + pointTo(others), sql: needed.subject.sql }, advice: needed.advice, during, others };
  }
  if (ownMs <= limitMs) {
    return { subject: { ...subject, advice: commit.text + pointTo(others), sql: [] }, advice: commit, during, others };
  }
  return { subject: { ...subject, advice: `${commit.text} ${subject.advice}${pointTo(others)}` }, advice, during, others };
}

function pointTo(others: readonly LaterSubject[]): string {
  if (others.length === 0) return "";
  return others.length === 1
    ? " One later statement makes others wait too long by itself, and has a finding of its own."
    : ` ${others.length} later statements make others wait too long by themselves, and have findings of their own.`;
}

/** The first of the later statements that has a safer way in SQL: the one that took the lock, such as a RENAME, needs it for a moment only. */
function costlyOf(sameMessage: Holding["sameMessage"], blamed: Blamed | undefined, shown: Shown): Subject | undefined {
  if (blamed === undefined) return undefined;
  const subjects = sameMessage.map((part) => subjectOf({ statement: blamed.statement, part }, shown).subject);
  return subjects.find(({ sql }) => sql.length > 0);
}

/**
 * A later statement, if it changes the same table and blocks the same people by its own lock, as where a tool alters a column in three
 * statements. CREATE INDEX and a new foreign key block no reader.
 */
function needingItself(
  blamed: Blamed | undefined,
  later: ReadStatement,
  shown: Shown,
  blocked: "readers" | "writers",
): LaterSubject | undefined {
  const part = later.parts.find((each) => !isQuiet(each));
  const [first, second] = [blamed?.part, part].map((each) => targetsOf(each?.tokens ?? [])[0]?.at(-1));
  if (part === undefined || first === undefined || first !== second) return undefined;
  const mode = strongestLock(part.tokens);
  if (mode === undefined || !blocks(mode, blocked === "readers" ? "read" : "write")) return undefined;
  const own = { statement: later, part };
  const { subject, advice } = subjectOf(own, shown);
  return { blamed: own, subject, advice, mode, ms: later.endMs - later.startMs };
}

function duringOf({ later, further, isIdle, sameMessage }: Holding, shown: Shown): string | undefined {
  if (isIdle && further === undefined) return "no statement for most of the time: the command was idle in its transaction";
  const named = [...later.map((each) => laterText(each, shown)), ...furtherText(further, later.length > 0, isIdle)];
  if (named.length > 0) return named.join("; ");
  if (sameMessage.length === 0) return undefined;
  const more = sameMessage.length - MOST_NAMED;
  const texts = sameMessage.slice(0, MOST_NAMED).map(({ tokens }) => textOf(tokens, shown));
  return `also the rest of the same message, whose times are not known: ${texts.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

/** Many short statements, such as those of a loop in the code of the migration. */
function furtherText(further: Holding["further"], isMore: boolean, isIdle: boolean): readonly string[] {
  if (further === undefined) return [];
  const rest = isIdle ? ", and the time of the command between them" : "";
  const which = isMore ? "more" : "further";
  return [
    `${further.count.toLocaleString("en-US")} ${which} statements of the same transaction (${formatWait(further.ms, formatElapsed)})${rest}`,
  ];
}

function laterText({ parts, migration, startMs, endMs }: ReadStatement, shown: Shown): string {
  const name = migration === undefined ? "" : `${migration}: `;
  return `${name}${textOf(parts[0]?.tokens ?? [], shown)} (${formatWait(endMs - startMs, formatElapsed)})`;
}
