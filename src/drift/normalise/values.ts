import type { Catalog } from "../../catalog/catalog.ts";

/** A cast of a whole array of `character varying` constants. Postgres stores `in ('a', 'b')` on such a column like this. */
const CAST_AS_ARRAY = /\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]/g;

const CONSTANT = /('(?:[^']|'')*'::character varying)/g;

/**
 * Writes lists of `character varying` constants as in a restored dump: when Postgres reads its own text
 * `(ARRAY['a'::character varying])::text[]`, it stores `ARRAY[('a'::character varying)::text]`.
 */
export function withRestoredLists(catalog: Catalog): Catalog {
  return rewriteTexts(catalog, castEach) as Catalog;
}

/** Nearly nothing of a catalog changes, so only what changes is copied. */
function rewriteTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return value;
  const parts = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(parts)) {
    const part = rewriteTexts(parts[name], change);
    if (part === parts[name]) continue;
    copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...parts }) as Record<string, unknown>;
    copy[name] = part;
  }
  return copy ?? value;
}

function castEach(text: string): string {
  if (!text.includes("::character varying])")) return text;
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

/** A time with microseconds. The last moment of a minute, as in `'2026-12-31 23:59:59.999'`, was written by a person. */
const FROZEN = /'(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:(?!59\.9+')\d\d\.\d+(?:[+-]\d\d(?::\d\d)*)?'::time(stamp)?\b/g;

/**
 * Replaces the times that Postgres fixed when a migration ran, such as `default 'now()'` or `where at > 'now'::timestamp`.
 * The bounds of partitions are times that somebody chose.
 */
export function withoutFrozenTimes(catalog: Catalog): Catalog {
  return {
    ...catalog,
    tables: catalog.tables.map((table) => ({ ...table, columns: withoutTimes(table.columns) })),
    views: withoutTimes(catalog.views),
    constraints: withoutTimes(catalog.constraints),
    indexes: withoutTimes(catalog.indexes),
    domains: withoutTimes(catalog.domains),
    policies: withoutTimes(catalog.policies),
    triggers: withoutTimes(catalog.triggers),
    rules: withoutTimes(catalog.rules),
    routines: catalog.routines.map((routine) => ({ ...routine, arguments: withoutTimes(routine.arguments) })),
    statistics: withoutTimes(catalog.statistics),
  };
}

function withoutTimes<T>(list: readonly T[]): readonly T[] {
  return rewriteTexts(list, thawed) as readonly T[];
}

function thawed(text: string): string {
  return text.includes("'::time") ? text.replaceAll(FROZEN, "'a frozen time'::time$1") : text;
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
