import type { Place } from "../../findings/finding.ts";
import type { Moment, Recording, SentStatement } from "../observe/recording.ts";
import type { TookLock } from "./locking-reads.ts";
import { kindOf, type StatementKind } from "../sql/kinds.ts";
import type { MigrationFiles } from "../sql/migration-files.ts";
import { type DottedName, namesIn } from "../sql/names.ts";
import { statementsIn } from "../sql/split.ts";
import type { Token } from "../sql/tokens.ts";

/** One statement of an SQL text that the command sent. */
export interface StatementPart {
  readonly tokens: readonly Token[];
  readonly kind: StatementKind;
  readonly names: readonly DottedName[];
  readonly at: Place | undefined;
}

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
  /** The name of its migration. */
  readonly migration: string | undefined;
}

/** How migrations are named, and when the tool records them. */
export interface RevisionNames {
  readonly nameOf: (id: string) => string;
  /** The tool records a migration before it runs it. */
  readonly recordsFirst: boolean;
  /** The name of the migration that comes after this one, if it is the only one. */
  readonly nextOf?: (id: string) => string | undefined;
}

/**
 * The statements with their parts, transactions and migrations. Statements that only read, set something, or begin and end
 * transactions are left out, except for those whose functions took a lock. Pure.
 */
export function readStatements(
  { statements, transactions }: Recording,
  pids: ReadonlyMap<string, number>,
  files: MigrationFiles,
  revisions: RevisionNames | undefined,
  untilMs: Moment,
  tookLock: TookLock = () => false,
): readonly ReadStatement[] {
  const ended = new Map<string, Moment>();
  const marks = marksOf(statements, revisions);
  return statements.flatMap((sent, index) => {
    const startMs = Math.max(sent.startMs, ended.get(sent.session) ?? 0);
    const endMs = sent.endMs ?? untilMs;
    ended.set(sent.session, endMs);
    const parts = partsOf(sent.sql, files);
    const pid = pids.get(sent.session);
    const isQuiet = parts.every(({ kind }) => ["transaction", "set", "read"].includes(kind)) && sent.sqlstate === undefined;
    if (isQuiet && !(parts.some(({ kind }) => kind === "read") && tookLock(pid, startMs, endMs))) return [];
    const file = parts.find(({ at }) => at !== undefined)?.at?.file;
    const transaction = transactions.findLastIndex((each) => each.session === sent.session && each.startMs <= sent.startMs);
    const migration = marks[index] ?? (file === undefined ? undefined : nameOfFile(file));
    return [{ sent, startMs, endMs, pid, transaction, parts, migration }];
  });
}

function partsOf(sql: string, files: MigrationFiles): readonly StatementPart[] {
  const parts = statementsIn(sql).map(({ tokens }) => ({ tokens, kind: kindOf(tokens), names: namesIn(tokens), at: files.find(tokens) }));
  return parts.length > 0 ? parts : [{ tokens: [], kind: "other", names: [], at: undefined }];
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
  const next = last === undefined || !failed ? undefined : nextOf?.(last);
  return found.toReversed().map((name) => name ?? next);
}

function nameOfFile(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  // Some tools have a folder for each migration, and one name for all files.
  return /^(migration|up)\.sql$/.test(name) ? (file.split("/").at(-2) ?? name) : name.replace(/(\.up)?\.sql$/, "");
}
