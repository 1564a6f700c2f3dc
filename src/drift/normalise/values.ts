import type { Catalog } from "../../catalog/catalog.ts";

/** A cast of a whole array of `character varying` constants. Postgres stores `in ('a', 'b')` on such a column like this. */
const CAST_AS_ARRAY = /\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]/g;

const CONSTANT = /('(?:[^']|'')*'::character varying)/g;

/**
 * Writes lists of `character varying` constants as in a restored dump: when Postgres reads its own text
 * `(ARRAY['a'::character varying])::text[]`, it stores `ARRAY[('a'::character varying)::text]`.
 */
export function withRestoredLists(catalog: Catalog): Catalog {
  return rewrite(catalog) as Catalog;
}

/** Rewrites each text in a value. */
function rewrite(value: unknown): unknown {
  if (typeof value === "string") return value.includes("::character varying])") ? castEach(value) : value;
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rewrite(inner)]));
}

function castEach(text: string): string {
  return text.replaceAll(CAST_AS_ARRAY, (_, constants: string) => `ARRAY[${constants.replaceAll(CONSTANT, "($1)::text")}]`);
}

export function withoutColumnOrder(catalog: Catalog): Catalog {
  const tables = catalog.tables.map((table) => ({ ...table, columns: table.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }));
  // Extended statistics list their columns in the order of the table.
  const statistics = catalog.statistics.map((item) => ({ ...item, definition: item.definition.replace(/ ON (.*) FROM /s, inOrder) }));
  return { ...catalog, tables, statistics };
}

function inOrder(_whole: string, columns: string): string {
  return ` ON ${columns.split(", ").toSorted().join(", ")} FROM `;
}

const FROZEN = /'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?:[+-]\d\d)?'::timestamp/g;

/** Replaces the times that Postgres fixed in defaults such as `default 'now()'`. */
export function withoutFrozenTimes(catalog: Catalog): Catalog {
  const tables = catalog.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) =>
      column.default === undefined ? column : { ...column, default: column.default.replaceAll(FROZEN, "'a frozen time'::timestamp") },
    ),
  }));
  return { ...catalog, tables };
}

export function withoutExtensionVersions(catalog: Catalog): Catalog {
  return { ...catalog, extensions: catalog.extensions.map((extension) => ({ ...extension, version: "any" })) };
}

export function withoutPopulated(catalog: Catalog): Catalog {
  return {
    ...catalog,
    views: catalog.views.map((view) => {
      const { populated: _, ...rest } = view;
      return rest;
    }),
  };
}
