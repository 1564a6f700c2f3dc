import { MOMENT_MS } from "../limits.ts";
import { type TableLocks, tableLocks } from "../observe/blocking.ts";
import type { DatabaseState, Relation } from "../observe/relations.ts";
import { SEQUENCE, tableOf, TOAST } from "../observe/relations.ts";
import type { LockSpan } from "../observe/sample.ts";

/** A catalog that is written again is listed from this size on. */
const NOTABLE_BYTES = 10_000_000;
const CATALOGS: ReadonlySet<string> = new Set(["pg_catalog", "pg_toast"]);

/** What happened to one table that existed before. */
export interface TableChange {
  readonly table: Relation;
  /** The table, its indexes and its TOAST table, as they were before. */
  readonly relations: readonly Relation[];
  readonly locks: TableLocks | undefined;
  /** Whether a statement locked it that ended before the next look. */
  readonly isUnseen: boolean;
  readonly rows: number;
  readonly rewritten: boolean;
  readonly bytesAfter: number;
  readonly indexesRewritten: readonly Relation[];
  readonly dropped: boolean;
  /** Whether another table or view has its name and schema afterwards. */
  readonly replaced: boolean;
  readonly fullScans: number;
  readonly rowsScanned: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** Indexes and TOAST tables, which nobody names. */
const UNREAD: ReadonlySet<string> = new Set(["i", "I", "t"]);

/**
 * The tables that the migrations locked, wrote or scanned, in the order of their names. New tables are not among them. `unseen`:
 * tables that they locked without a look that saw it. Pure.
 */
export function tableChanges(
  before: DatabaseState,
  after: DatabaseState,
  spans: readonly LockSpan[],
  unseen: ReadonlySet<number>,
): readonly TableChange[] {
  const names = new Set([...after.relations.values()].flatMap(({ kind, shown }) => (UNREAD.has(kind) ? [] : [shown])));
  const groups = groupBy([...before.relations.values()], ({ id }) => tableOf(id, before.relations));
  const ofTable = groupBy(
    spans.filter(({ relation }) => before.relations.has(relation)),
    ({ relation }) => tableOf(relation, before.relations),
  );
  return [...groups]
    .flatMap(([id, relations]) => {
      const table = before.relations.get(id);
      return table === undefined ? [] : [changeOf(table, relations, before, after, names, ofTable.get(id) ?? [])];
    })
    .map((change) => ({ ...change, isUnseen: unseen.has(change.table.id) }))
    .filter((change) => change.isUnseen || isChanged(change))
    .toSorted((one, other) => (one.table.shown < other.table.shown ? -1 : 1));
}

function changeOf(
  table: Relation,
  relations: readonly Relation[],
  before: DatabaseState,
  after: DatabaseState,
  names: ReadonlySet<string>,
  spans: readonly LockSpan[],
): Omit<TableChange, "isUnseen"> {
  const now = after.relations.get(table.id);
  const toast = relations.find(({ kind }) => kind === TOAST);
  const [first, last] = [before.counters.get(table.id), after.counters.get(table.id)];
  const grown = (key: "fullScans" | "rowsScanned" | "inserted" | "updated" | "deleted"): number =>
    last === undefined ? 0 : Math.max(0, last[key] - (first?.[key] ?? 0));
  const isNewFile = ({ id, file }: Relation): boolean => {
    const other = after.relations.get(id);
    return other !== undefined && file !== 0 && other.file !== file;
  };
  return {
    table,
    relations,
    // Of the TOAST table alone: readers of long values wait for it.
    locks: tableLocks(spans, table.id) ?? (toast && tableLocks(spans, toast.id)),
    rows: first === undefined || table.bytes === 0 ? Math.max(0, first?.rows ?? 0) : first.rows,
    rewritten: isNewFile(table) || (toast !== undefined && isNewFile(toast)),
    bytesAfter: now?.bytes ?? 0,
    indexesRewritten: relations.filter((each) => ["i", "I"].includes(each.kind) && isNewFile(each)),
    dropped: now === undefined,
    replaced: names.has(table.shown) && now?.shown !== table.shown,
    fullScans: grown("fullScans"),
    rowsScanned: grown("rowsScanned"),
    inserted: grown("inserted"),
    updated: grown("updated"),
    deleted: grown("deleted"),
  };
}

function isChanged({
  table,
  locks,
  rewritten,
  dropped,
  indexesRewritten,
  inserted,
  updated,
  deleted,
  fullScans,
}: Omit<TableChange, "isUnseen">): boolean {
  // Every migration changes catalogs. Only what others notice is worth a line.
  if (CATALOGS.has(table.schema))
    return (locks?.writes.some(({ fromMs, toMs }) => toMs - fromMs >= MOMENT_MS) ?? false) || (rewritten && table.bytes >= NOTABLE_BYTES);
  // Every insert of a new number locks its sequence, in a mode that blocks nobody who wants a number.
  if (table.kind === SEQUENCE && !rewritten && !dropped) return locks !== undefined && locks.writes.length > 0;
  return locks !== undefined || rewritten || dropped || indexesRewritten.length > 0 || inserted + updated + deleted + fullScans > 0;
}

/** The server counts a scan once for each of its workers. The rows that were read show how many scans it was at most. */
export function scansOf({ fullScans, rowsScanned, rows }: TableChange): number {
  return rows <= 0 ? fullScans : Math.min(fullScans, Math.max(1, Math.round(rowsScanned / rows)));
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
