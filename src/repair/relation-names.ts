import { literal } from "../postgres/identifier.ts";
import type { Lookup } from "./lookup.ts";

/** Tables, views, indexes, sequences and composite types share their names, so that one can replace another. */
type RelationKind = "table" | "view" | "materialized view" | "sequence" | "index" | "composite";

/** The kind of the relation with this id. The sequence of an identity column is one too. */
export function relationKind(side: Lookup, id: string): RelationKind | undefined {
  const view = side.find("views", id);
  if (view !== undefined) return view.materialized ? "materialized view" : "view";
  if (side.find("tables", id) !== undefined) return "table";
  if (side.find("sequences", id) !== undefined) return "sequence";
  if (side.find("indexes", id) !== undefined) return "index";
  return side.find("composites", id) === undefined ? undefined : "composite";
}

/** Whether a relation of another kind is expected under this name. A second run must keep that relation. */
export function isReplaced(expected: Lookup, id: string, kind: RelationKind): boolean {
  const other = relationKind(expected, id);
  return other !== undefined && other !== kind;
}

/** SQL condition: the relation exists and has one of these values of `pg_class.relkind`. */
export function isRelation(id: string, ...letters: readonly string[]): string {
  const kinds = letters.map((letter) => `'${letter}'`).join(", ");
  return `exists (select from pg_catalog.pg_class where oid = pg_catalog.to_regclass(${literal(id)}) and relkind in (${kinds}))`;
}

/** Whether the key is that of a sequence that belongs to an identity column. It has no statements of its own. */
export function isSequenceOfIdentity(side: Lookup, key: string): boolean {
  return key.startsWith("sequence ") && side.find("sequences", key.slice("sequence ".length))?.identity === true;
}
