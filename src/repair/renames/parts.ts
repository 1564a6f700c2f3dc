import type { Catalog } from "../../catalog/catalog.ts";
import type { Column } from "../../catalog/columns.ts";
import type { Composite } from "../../catalog/datatypes.ts";
import { quoted } from "../../catalog/quote.ts";
import type { Change } from "../../drift/change.ts";
import { guarded } from "../step.ts";
import type { Found, Rename } from "./rename.ts";
import { hasOnly } from "./statements.ts";

/**
 * Columns that were renamed. A column that was dropped and one that was added can look the same, but the new one is the last of
 * the table: only a column before another one is renamed. For the last one, the rename is a step for a person to decide.
 */
export function renamedColumns(expected: Catalog, actual: Catalog, changes: readonly Change[]): Found {
  const missing = new Set(idsOf(changes, "missing"));
  const extra = new Set(idsOf(changes, "extra"));
  const renames: Rename[] = [];
  const possible: string[] = [];
  for (const { id, columns } of expected.tables) {
    const found = actual.tables.find((table) => table.id === id)?.columns ?? [];
    const [wanted, free] = [
      columns.filter(({ name }) => missing.has(columnId(id, name))),
      found.filter(({ name }) => extra.has(columnId(id, name))),
    ];
    for (const column of wanted) {
      const fits = free.filter((each) => shape(each) === shape(column));
      const rename = (from: Column): string => `alter table ${id} rename column ${quoted(from.name)} to ${quoted(column.name)}`;
      const [only] = fits;
      if (only === undefined || column.inherited === true) continue;
      const isOnly = fits.length === 1 && wanted.filter((each) => shape(each) === shape(column)).length === 1;
      const [after, before] = [next(columns, column), next(found, only)];
      if (isOnly && after !== undefined && after === before) {
        const sql = guarded(hasOnly(id, only.name, column.name), rename(only));
        renames.push({ kind: "column", from: columnId(id, only.name), to: columnId(id, column.name), sql: [sql] });
      } else possible.push(...fits.slice(0, 3).map(rename));
    }
  }
  return { renames, possible };
}

function idsOf(changes: readonly Change[], which: Change["change"]): readonly string[] {
  return changes.filter(({ change, kind }) => kind === "column" && change === which).map(({ object }) => object);
}

function columnId(table: string, name: string): string {
  return `${table}.${quoted(name)}`;
}

/** Everything but the name. The default of a serial column has the name of its sequence. */
function shape(column: Column): string {
  const isSerial = column.default?.startsWith("nextval(") === true;
  return JSON.stringify({ ...column, name: "", default: isSerial ? "a sequence" : column.default });
}

function next(columns: readonly Column[], column: Column): string | undefined {
  return columns[columns.indexOf(column) + 1]?.name;
}

/** Attributes of composite types with other names at the same positions. Postgres cannot drop the type while a column uses it. */
export function renamedAttributes(expected: Catalog, actual: Catalog, changes: readonly Change[]): Found {
  const differing = changes.filter(({ change, kind }) => kind === "composite" && change === "different");
  const renames = differing.flatMap(({ object }) => {
    const [to, from] = [expected, actual].map(({ composites }) => composites.find(({ id }) => id === object)?.attributes ?? []);
    return attributeRenames(object, from ?? [], to ?? []);
  });
  return { renames, possible: [] };
}

function attributeRenames(id: string, from: Composite["attributes"], to: Composite["attributes"]): readonly Rename[] {
  const pairs = from.flatMap((attribute, at) => {
    const wanted = to[at];
    return wanted === undefined || wanted.name === attribute.name ? [] : [{ attribute, wanted }];
  });
  const fits =
    from.length === to.length &&
    pairs.every(({ attribute, wanted }) => attribute.type === wanted.type && attribute.collation === wanted.collation) &&
    pairs.every(({ attribute, wanted }) => !has(to, attribute.name) && !has(from, wanted.name));
  if (!fits) return [];
  return pairs.map(({ attribute, wanted }) => {
    const sql = `alter type ${id} rename attribute ${quoted(attribute.name)} to ${quoted(wanted.name)} cascade`;
    return {
      kind: "composite",
      from: `${id}.${quoted(attribute.name)}`,
      to: `${id}.${quoted(wanted.name)}`,
      sql: [guarded(hasOnly(id, attribute.name, wanted.name), sql)],
    };
  });
}

function has(attributes: Composite["attributes"], name: string): boolean {
  return attributes.some((attribute) => attribute.name === name);
}
