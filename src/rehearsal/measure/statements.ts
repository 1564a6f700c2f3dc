import type { Moment, Recording, SentStatement } from "../observe/recording.ts";
import type { TookLock } from "./locking-reads.ts";
import { countOf, isQuiet, ownParts, type PartsOf, type StatementPart } from "./parts.ts";

/** What the command sent as one unit, with its parts. */
export interface ReadStatement {
  readonly sent: SentStatement;
  readonly startMs: Moment;
  readonly endMs: Moment;
  readonly pid: number | undefined;
  /** The number of its transaction. */
  readonly transaction: number;
  /** Never empty. */
  readonly parts: readonly StatementPart[];
  /** How many statements of the migration it has, without those of the tool. */
  readonly count: number;
  /** The name of its migration. */
  readonly migration: string | undefined;
  /** It only reads, sets something, or begins or ends a transaction, and no function in it took a lock. */
  readonly isQuiet: boolean;
}

/** How migrations are named, and when the tool records them. */
export interface RevisionNames {
  /** The version table as the tool names it. */
  readonly table?: string;
  readonly nameOf: (id: string) => string;
  /** The tool records a migration before it runs it. */
  readonly recordsFirst: boolean;
  /** The name of the migration that comes after this one, or first of all pending ones, if it is the only one. */
  readonly nextOf?: (id: string | undefined) => string | undefined;
}

/** The statements with their parts, transactions and migrations. Pure. */
export function readStatements(
  { statements, transactions }: Recording,
  pids: ReadonlyMap<string, number>,
  partsOf: PartsOf,
  revisions: RevisionNames | undefined,
  untilMs: Moment,
  tookLock: TookLock = () => false,
): readonly ReadStatement[] {
  const ended = new Map<string, Moment>();
  const marks = marksOf(statements, revisions);
  const read = statements.map((sent, index): ReadStatement => {
    const startMs = Math.max(sent.startMs, ended.get(sent.session) ?? 0);
    const endMs = sent.endMs ?? untilMs;
    ended.set(sent.session, endMs);
    const parts = partsOf(sent);
    const pid = pids.get(sent.session);
    const onlyReads = parts.every(isQuiet) && sent.sqlstate === undefined;
    const isQuietStatement = onlyReads && !(parts.some(({ kind }) => kind === "read") && tookLock(pid, startMs, endMs));
    const file = parts.find(({ at }) => at !== undefined)?.at?.file;
    const transaction = transactions.findLastIndex((each) => each.session === sent.session && each.startMs <= sent.startMs);
    // What the tool does before the first migration is part of none.
    const isOfTool = sent.mark === undefined && ownParts(parts, revisions?.table).length === 0;
    const migration = (isOfTool ? undefined : marks[index]) ?? (file === undefined ? undefined : nameOfFile(file));
    const isLast = sent.sqlstate !== undefined && statements.slice(index + 1).every((later) => partsOf(later).every(isQuiet));
    const count = countOf(sent, parts, revisions?.table, isLast);
    return { sent, startMs, endMs, pid, transaction, parts, count, migration, isQuiet: isQuietStatement };
  });
  return withNamesBetween(read, revisions?.table);
}

/**
 * The text of a statement can be in no file or in several, for example because psql replaced a variable in it. Between two statements
 * of one migration in a session it belongs to that migration.
 */
function withNamesBetween(statements: readonly ReadStatement[], records: string | undefined): readonly ReadStatement[] {
  const forwards = lastNames(statements);
  const backwards = lastNames(statements.toReversed()).toReversed();
  return statements.map((each, at) => {
    const name = forwards[at];
    const isBetween = each.migration === undefined && name !== undefined && name === backwards[at];
    return isBetween && ownParts(each.parts, records).length > 0 ? { ...each, migration: name } : each;
  });
}

/** The migration of the last statement in the same session that has one. */
function lastNames(statements: readonly ReadStatement[]): readonly (string | undefined)[] {
  const last = new Map<string, string>();
  return statements.map(({ sent: { session }, migration }) => {
    if (migration !== undefined) last.set(session, migration);
    return last.get(session);
  });
}

/** The migration of each statement, from the records of the tool. A file of the migration is not needed for it. */
function marksOf(statements: readonly SentStatement[], revisions: RevisionNames | undefined): readonly (string | undefined)[] {
  if (revisions === undefined) return [];
  const { nameOf, recordsFirst, nextOf } = revisions;
  let current: string | undefined;
  const inOrder = recordsFirst ? statements : statements.toReversed();
  const found = inOrder.map(({ mark }) => (current = mark === undefined ? current : nameOf(mark)));
  if (recordsFirst) return found;
  // A migration that failed was not recorded: it is the next one.
  const last = statements.findLast(({ mark }) => mark !== undefined)?.mark;
  const failed = statements.some(({ sqlstate }, at) => sqlstate !== undefined && found.toReversed()[at] === undefined);
  const next = failed ? nextOf?.(last) : undefined;
  return found.toReversed().map((name) => name ?? next);
}

function nameOfFile(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  // Some tools have a folder for each migration, and one name for all files.
  return /^(migration|up)\.sql$/.test(name) ? (file.split("/").at(-2) ?? name) : name.replace(/(\.up)?\.sql$/, "");
}
