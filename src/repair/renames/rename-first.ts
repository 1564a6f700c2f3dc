import type { Catalog } from "../../catalog/catalog.ts";
import { quoted } from "../../catalog/quote.ts";
import { compareCatalogs, type Normalisations } from "../../drift/compare.ts";
import { type Change, keyOfChange } from "../../drift/change.ts";
import type { Side } from "../lookup.ts";
import { printable } from "../printable.ts";
import { lockOf, type Step } from "../step.ts";
import { findRenames } from "./find.ts";
import type { Rename } from "./rename.ts";

/** The database after its objects got their expected names, and what still differs then. */
export interface Renamed {
  readonly side: Side;
  readonly changes: readonly Change[];
  /** The first steps of the repair. */
  readonly steps: readonly Step[];
  /** Statements for a person to decide about: several objects fit, or a column that was replaced would look the same. */
  readonly possible: readonly string[];
  /** The name that a table has in the actual database. */
  readonly formerName: (tableId: string) => string;
}

/** Runs steps on a copy of the actual database, and reads the copy. Returns the step that failed, if one did. */
export type ReadAfter = (steps: readonly Step[]) => Promise<Side | { readonly failed: Step | undefined }>;

/** A rename shows others: the index of a renamed table, or a table whose column has a renamed type. */
const ROUNDS = 8;

/** The names of these parts are generated from the name of their table, so that a comparison often ignores them. */
const WITH_NAMES: Partial<Normalisations> = { constraintNames: false, indexNames: false, sequenceNames: false };

/**
 * Finds objects that differ only in their names, and renames them on a copy: their rows and everything that depends on them
 * are kept, where a repair without renames drops one object and creates another. What the server writes differently after
 * that, such as the query of a view, is read from the copy.
 */
export async function renameFirst(
  expected: Side,
  actual: Side,
  changes: readonly Change[],
  { readAfter, normalisations }: { readonly readAfter: ReadAfter; readonly normalisations: Partial<Normalisations> },
): Promise<Renamed> {
  const failed = new Set<string>();
  let done: readonly Rename[] = [];
  let now: { readonly side: Side; readonly changes: readonly Change[] } = { side: actual, changes };
  const search = (): ReturnType<typeof findRenames> => {
    const { catalog } = now.side;
    const tables = new Set(done.flatMap(({ kind, to }) => (kind === "table" ? [to] : [])));
    const all = tables.size === 0 ? [] : compareCatalogs(expected.catalog, catalog, { ...normalisations, ...WITH_NAMES });
    const known = new Set(now.changes.map(keyOfChange));
    const parts = all.filter((change) => !known.has(keyOfChange(change)) && isPartOf(change, tables, expected.catalog, catalog));
    return findRenames(expected.catalog, catalog, [...now.changes, ...parts]);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = search().renames.filter((rename) => !failed.has(keyOf(rename)));
    if (found.length === 0) break;
    const next = [...done, ...found];
    const read = await readAfter(next.flatMap((rename) => stepsOf(rename)));
    if ("failed" in read) {
      const [culprit] = next.filter((rename) => read.failed?.causes.includes(keyOf(rename)) === true);
      for (const rename of culprit === undefined ? found : [culprit]) failed.add(keyOf(rename));
      continue;
    }
    const left = compareCatalogs(expected.catalog, read.catalog, normalisations);
    const kept = new Set(left.filter(({ change }) => change === "extra").map(keyOfChange));
    const stuck = found.filter(({ kind, from }) => kept.has(`${kind} ${from}`));
    for (const rename of stuck) failed.add(keyOf(rename));
    if (stuck.length > 0) continue;
    done = next;
    now = { side: read, changes: left };
  }
  return {
    ...now,
    steps: done.flatMap((rename) => stepsOf(rename)),
    possible: search().possible,
    formerName: (id) => formerName(id, done),
  };
}

/** Whether a constraint, an index or a sequence belongs to one of the tables. */
function isPartOf({ kind, object }: Change, tables: ReadonlySet<string>, ...catalogs: readonly Catalog[]): boolean {
  return catalogs.some((catalog) => {
    if (kind === "sequence") {
      const owner = catalog.sequences.find(({ id }) => id === object)?.ownedBy;
      return owner !== undefined && [...tables].some((table) => owner.startsWith(`${table}.`));
    }
    const list = kind === "constraint" ? catalog.constraints : kind === "index" ? catalog.indexes : [];
    const part = list.find(({ id }) => id === object);
    return part !== undefined && tables.has(`${quoted(part.schema)}.${quoted(part.table)}`);
  });
}

function keyOf({ kind, from, to }: Rename): string {
  return `rename ${kind} ${from} to ${to}`;
}

function stepsOf(rename: Rename): readonly Step[] {
  const { kind, from, to, sql } = rename;
  const object = `${from}, renamed to ${to}`;
  return sql.map((text) => ({ kind, object, sql: printable(text), lock: lockOf(text), ...warningOf(kind), causes: [keyOf(rename)] }));
}

/** No application uses the names of constraints and indexes. */
function warningOf(kind: Rename["kind"]): { readonly warning?: string } {
  if (kind === "constraint" || kind === "index") return {};
  return { warning: "it is equal to the expected object but for its name, and keeps its rows. What uses the former name fails afterwards" };
}

function formerName(id: string, renames: readonly Rename[]): string {
  return renames.reduceRight((name, { kind, from, to }) => {
    if (kind === "table" && name === to) return from;
    return kind === "schema" && name.startsWith(`${to}.`) ? `${from}${name.slice(to.length)}` : name;
  }, id);
}
