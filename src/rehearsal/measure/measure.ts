import type { Measured, MeasuredMigration, MeasuredStatement, MeasuredTable, Observation } from "../measured.ts";
import { momentOf } from "../limits.ts";
import { modeName } from "../observe/lock-modes.ts";
import type { Observed } from "../observe/observe.ts";
import { ancestorsOf, type Relation } from "../observe/relations.ts";
import { spansOf } from "../observe/spans.ts";
import type { MigrationFiles } from "../sql/migration-files.ts";
import { mentions } from "../sql/names.ts";
import { withLiterals, withoutLiterals } from "../sql/shown.ts";
import { blameForRewrite, type Blamed } from "./blame.ts";
import { couldRun, hasFunctions } from "./could-run.ts";
import { explainWaits, type ExplainedWait, unexplained } from "./explain-waits.ts";
import { ownParts, readParts, type StatementPart } from "./parts.ts";
import { compareProbes, type ProbeSummary } from "./probes.ts";
import { partsInTransactions } from "./message-transactions.ts";
import { knownMoments } from "./known-moments.ts";
import { limitsOf } from "./limits-of-sight.ts";
import { tookLock } from "./locking-reads.ts";
import { locksUnnamed } from "./unnamed-locks.ts";
import { shownTokens } from "./torn.ts";
import { unseenTables } from "./unseen-tables.ts";
import { type ReadStatement, readStatements, type RevisionNames } from "./statements.ts";
import { scansOf, type TableChange, tableChanges } from "./tables.ts";

/** The measured facts, and what is needed to explain them. */
export interface Explained {
  readonly measured: Measured;
  /** Those that change something. */
  readonly statements: readonly ReadStatement[];
  /** All of them: a lock is also held while the command reads. */
  readonly allStatements: readonly ReadStatement[];
  /** The version table of the migration tool. */
  readonly records: string | undefined;
  readonly tables: readonly ExplainedTable[];
  /** Whether a statement ran code, or the statements are not known. */
  readonly ranCode: boolean;
}

export interface ExplainedTable {
  readonly change: TableChange;
  /** The longest wait of each statement, the longest first. */
  readonly reads: readonly ExplainedWait[];
  readonly writes: readonly ExplainedWait[];
  readonly rewrite: Blamed | undefined;
}

export interface MeasureOptions {
  readonly files: MigrationFiles;
  readonly revisions: RevisionNames | undefined;
  readonly throughBroker: boolean;
  /** Tables of the migration tool and of offshoot, as `schema.name` in quotes, which are left out. */
  readonly isOwn: (change: TableChange) => boolean;
  readonly literals: boolean;
  /** The words that are shown of a statement with a syntax error that is in no file. None if undefined. */
  readonly isKnown?: Parameters<typeof readParts>[1];
}

/** Statements of one message that are shown. */
const MOST_TEXTS = 300;
/** A moment of the server is known here this much later at least. */
const SLACK_MS = 5;

/** What was observed, as facts. Pure. */
export function measure(observed: Observed<unknown>, options: MeasureOptions): Explained {
  const { recording, sampled, pids, before, after, startMs, endMs } = observed;
  const partsOf = readParts(options.files, options.isKnown);
  const spans = spansOf(sampled.samples, knownMoments(observed, partsOf), endMs);
  const locked = tookLock(spans, before.relations);
  const allStatements = readStatements(recording, pids, partsOf, options.revisions, endMs, locked);
  const statements = allStatements.filter(({ isQuiet }) => !isQuiet);
  const unseen = unseenTables(statements, recording.transactions, before.relations, spans);
  const allParts = allStatements.flatMap(({ parts }) => parts);
  const runsCode = couldRun(before.functions, before.relations.values(), allParts);
  const partsIn = partsInTransactions(spans, before.relations, runsCode);
  const tables = tableChanges(before, after, spans, unseen)
    .filter((change) => !options.isOwn(change))
    .map((change): ExplainedTable => {
      const { locks, rewritten, indexesRewritten } = change;
      const relations = [...change.relations, ...renamed(change.relations, after.relations)];
      const context = {
        ancestors: ancestorsOf(change.table.id, before.relations),
        locksUnnamed: locksUnnamed(change.table, before.relations),
        partsIn,
        runsCode,
      };
      return {
        change,
        reads: explainWaits(locks?.reads, statements, relations, context),
        writes: explainWaits(locks?.writes, statements, relations, context),
        rewrite: rewritten || indexesRewritten.length > 0 ? blameForRewrite(statements, relations) : undefined,
      };
    });
  const ranCode =
    !options.throughBroker ||
    hasFunctions(before.functions, allParts) ||
    allStatements.some(({ parts, sent }) => sent.isCut === true || parts.some(runsCode));
  const measured: Measured = {
    ms: round(endMs - startMs),
    statements: statements.map((each) => shownStatement(each, startMs, options)),
    migrations: migrationsOf(statements, options.files),
    tables: tables.map((each) => shownTable(each, statements)),
    ...logOf(observed),
    growthBytes: after.bytes - before.bytes,
    temporaryBytes: after.temporaryBytes - before.temporaryBytes,
    observation: observationOf(
      observed,
      options.throughBroker,
      compareProbes(observed.probes, spans, before.relations, Math.max(SLACK_MS, sampled.delayMs)),
      accuracyOf(tables, sampled.delayMs),
      tables,
    ),
  };
  return { measured, statements, allStatements, records: options.revisions?.table, tables, ranCode };
}

/** Those with another name or schema afterwards: later statements name them so. */
function renamed(relations: readonly Relation[], after: ReadonlyMap<number, Relation>): readonly Relation[] {
  return relations.flatMap(({ id, shown }) => {
    const now = after.get(id);
    return now === undefined || now.shown === shown ? [] : [now];
  });
}

/** Where the server leaves pages out of the log, its growth would be far too small. */
function logOf({ before, after }: Observed<unknown>): { readonly logBytes?: number } {
  if (before.logIsMinimal === true || before.logPosition === undefined || after.logPosition === undefined) return {};
  return { logBytes: after.logPosition - before.logPosition };
}

function shownStatement(
  { sent, parts, count, startMs, endMs, transaction, migration }: ReadStatement,
  first: number,
  { literals, revisions }: MeasureOptions,
): MeasuredStatement {
  const at = parts.find((part) => part.at !== undefined)?.at;
  const own = ownParts(parts, revisions?.table);
  const texts = (own.length === 0 ? parts : own)
    .slice(0, MOST_TEXTS)
    .map((part) => (literals ? withLiterals(part.tokens) : withoutLiterals(shownTokens(part, false))));
  const [only = "", second] = texts;
  return {
    migration,
    sql:
      second === undefined && count <= 1
        ? only
        : `${count === 0 ? "records of the tool" : `${count.toLocaleString("en-US")} statements in one message`}: ${texts.join("; ")}`.slice(
            0,
            2000,
          ),
    count,
    ms: round(endMs - startMs),
    startedAt: round(startMs - first),
    transaction,
    ...(sent.sqlstate === undefined ? {} : { sqlstate: sent.sqlstate }),
    ...(at === undefined ? {} : { at }),
  };
}

function migrationsOf(statements: readonly ReadStatement[], files: MigrationFiles): readonly MeasuredMigration[] {
  const names = [...new Set(statements.flatMap(({ migration }) => migration ?? []))];
  return names.map((name) => {
    const own = statements.filter(({ migration }) => migration === name);
    const file = own.flatMap(({ parts }) => parts).find(({ at }) => at !== undefined)?.at?.file ?? files.fileOf(name);
    const ms = own.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    return { name, ...(file === undefined ? {} : { file }), ms: round(ms), statements: own.reduce((sum, { count }) => sum + count, 0) };
  });
}

function shownTable({ change, reads, writes, rewrite }: ExplainedTable, statements: readonly ReadStatement[]): MeasuredTable {
  const { table, locks } = change;
  const index = (key: string, blamed: Blamed | undefined): object =>
    blamed === undefined ? {} : { [key]: statements.indexOf(blamed.statement) };
  return {
    table: table.shown,
    bytes: table.bytes,
    rows: change.rows,
    ...(locks === undefined ? {} : { strongestLock: modeName(locks.strongest) }),
    ...(change.isUnseen ? { hasUnseenLocks: true } : {}),
    heldMs: round(locks?.heldMs ?? 0),
    blockedReadsMs: round(lengthOf(locks?.reads[0])),
    blockedWritesMs: round(lengthOf(locks?.writes[0])),
    blockedReadsTotalMs: round(locks?.readsMs ?? 0),
    blockedWritesTotalMs: round(locks?.writesMs ?? 0),
    queuedMs: round(locks?.queuedMs ?? 0),
    rewritten: change.rewritten,
    bytesAfter: change.bytesAfter,
    indexesRewritten: change.indexesRewritten.map(({ shown }) => shown),
    dropped: change.dropped,
    fullScans: scansOf(change),
    rowsScanned: change.rowsScanned,
    rowsInserted: change.inserted,
    rowsUpdated: change.updated,
    // TRUNCATE does not count them.
    rowsDeleted: isTruncated(change, statements) ? Math.max(change.deleted, change.rows) : change.deleted,
    ...index("blockedReadsBy", reads[0]?.blamed),
    ...index("blockedWritesBy", writes[0]?.blamed),
    ...index("rewrittenBy", rewrite),
  };
}

/** Whether a statement removed all rows of a table at once. */
function isTruncated({ table, rewritten }: TableChange, statements: readonly ReadStatement[]): boolean {
  const truncates = ({ kind, names }: StatementPart): boolean => kind === "truncate" && mentions(names, table);
  return rewritten && statements.some(({ sent, parts }) => sent.sqlstate === undefined && parts.some(truncates));
}

/** The waits of a table can be wrong by the time between looks, and by how late this machine and the server answer. */
function accuracyOf(tables: readonly ExplainedTable[], delayMs: number): number {
  return (
    tables.reduce((most, { change: { locks } }) => Math.max(most, locks?.reads[0]?.withinMs ?? 0, locks?.writes[0]?.withinMs ?? 0), 0) +
    delayMs
  );
}

function observationOf(
  observed: Observed<unknown>,
  throughBroker: boolean,
  probes: ProbeSummary,
  accuracyMs: number,
  tables: readonly ExplainedTable[],
): Observation {
  const { sampled, recording, pausedMs } = observed;
  const unseen = tables.flatMap(({ change: { isUnseen, table } }) => (isUnseen ? [table.shown] : []));
  const explicit = recording.transactions.filter(({ isExplicit }) => isExplicit);
  return {
    throughBroker,
    looks: sampled.samples.length,
    intervalMs: { median: round(sampled.interval.median), longest: Math.ceil(10 * sampled.interval.longest) / 10 },
    completeTransactions: explicit.filter(({ isComplete }) => isComplete).length,
    transactions: explicit.length,
    pausedMs: round(pausedMs),
    momentMs: momentOf(sampled.delayMs, 0),
    delayMs: round(sampled.delayMs),
    delayShare: Math.round(sampled.delayShare * 100) / 100,
    accuracyMs: round(accuracyMs),
    probes: { checked: probes.checked, agreed: probes.agreed },
    limits: [
      ...limitsOf(observed, throughBroker, probes, accuracyMs, unseen),
      ...tables.flatMap(({ change: { table, locks } }) => unexplained(table.shown, locks?.writes)),
    ],
  };
}

export function lengthOf(wait: { readonly fromMs: number; readonly toMs: number } | undefined): number {
  return wait === undefined ? 0 : wait.toMs - wait.fromMs;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
