import { path, quoted } from "../../catalog/quote.ts";
import type { Range } from "../../catalog/datatypes.ts";
import { literal } from "../../postgres/identifier.ts";
import { typeMatches } from "../objects/datatypes.ts";
import { isRelation } from "../relation-names.ts";
import { guarded } from "../step.ts";
import type { Named, RenamedKind } from "./shape.ts";

/** The word after `alter` for each kind. */
const WORDS: Readonly<Record<RenamedKind, string>> = {
  schema: "schema",
  table: "table",
  view: "view",
  "materialized view": "materialized view",
  sequence: "sequence",
  enum: "type",
  domain: "domain",
  composite: "type",
  range: "type",
  function: "routine",
  procedure: "routine",
  "window function": "routine",
  constraint: "constraint",
  index: "index",
};

/** `pg_class.relkind`. */
const RELATIONS: Partial<Record<RenamedKind, readonly string[]>> = {
  table: ["r", "p", "f"],
  view: ["v"],
  "materialized view": ["m"],
  sequence: ["S"],
  index: ["i", "I"],
  composite: ["c"],
};

/** `pg_type.typtype`. */
const TYPES: Partial<Record<RenamedKind, string>> = { enum: "e", domain: "d", range: "r" };

/** The statements by which one object gets the name and the schema of another. A constraint keeps its table. */
export function renameStatements(kind: RenamedKind, from: Named, to: Named): readonly string[] {
  if (kind === "constraint") return [];
  const [name, word] = [quoted(to.name), WORDS[kind]];
  const moves = from.schema !== to.schema && from.schema !== undefined && to.schema !== undefined;
  const moved = moves ? `${quoted(to.schema ?? "")}${from.id.slice(quoted(from.schema ?? "").length)}` : from.id;
  return [
    ...(moves ? [`alter ${word} ${from.id} set schema ${quoted(to.schema ?? "")}`] : []),
    ...(from.name === to.name ? [] : [`alter ${word} ${moved} rename to ${name}`]),
  ];
}

/** The statement that renames a constraint of a table or a domain. */
export function renameConstraint(of: "table" | "domain", from: Named, to: Named): string {
  return `alter ${of} ${tableOf(from)} rename constraint ${quoted(from.name)} to ${quoted(to.name)}`;
}

/** Runs the statements only while the object has its former name. */
export function whileFormer(kind: RenamedKind, from: Named, to: Named, statements: readonly string[]): string {
  return guarded(`${existsAs(kind, from)}\n    and ${isFree(kind, to)}`, ...statements);
}

/** A range has a type of several ranges, which Postgres does not rename with it. */
export function renameMultirange(from: Range, to: Range): string | undefined {
  if (from.multirange === undefined || to.multirange === undefined) return undefined;
  // Without the schema, in which it moves with its range.
  const [old, name] = [lastOf(from.multirange), lastOf(to.multirange)];
  const [former, wanted] = [`${quoted(to.schema)}.${old}`, to.multirange];
  if (old === name) return undefined;
  return guarded(
    `${typeMatches(former, "t.typtype = 'm'")} and pg_catalog.to_regtype(${literal(wanted)}) is null`,
    `alter type ${former} rename to ${name}`,
  );
}

/** SQL condition: the table or composite type has an attribute with one name and none with another. */
export function hasOnly(relation: string, from: string, to: string): string {
  const has = (name: string): string =>
    `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(relation)}) and attname = ${literal(name)} and not attisdropped)`;
  return `${has(from)}\n    and not ${has(to)}`;
}

function existsAs(kind: RenamedKind, named: Named): string {
  const [letters, type] = [RELATIONS[kind], TYPES[kind]];
  if (letters !== undefined) return isRelation(named.id, ...letters);
  if (type !== undefined) return typeMatches(named.id, `t.typtype = '${type}'`);
  return kind === "constraint" ? hasConstraint(named) : `${register(kind)}(${literal(named.id)}) is not null`;
}

function isFree(kind: RenamedKind, named: Named): string {
  if (kind === "constraint") return `not ${hasConstraint(named)}`;
  const type = TYPES[kind] === undefined ? register(kind) : "pg_catalog.to_regtype";
  return `${type}(${literal(named.id)}) is null`;
}

/** The function that looks up a name of this kind. */
function register(kind: RenamedKind): string {
  if (RELATIONS[kind] !== undefined) return "pg_catalog.to_regclass";
  return kind === "schema" ? "pg_catalog.to_regnamespace" : "pg_catalog.to_regprocedure";
}

function hasConstraint(named: Named): string {
  const owner = literal(tableOf(named));
  return `exists (select from pg_catalog.pg_constraint where conname = ${literal(named.name)}
      and (conrelid = pg_catalog.to_regclass(${owner}) or contypid = pg_catalog.to_regtype(${owner}) and conrelid = 0))`;
}

function tableOf({ schema = "", table = "" }: Named): string {
  return path(schema, table);
}

function lastOf(id: string): string {
  return /("(?:[^"]|"")*"|[^".]+)$/.exec(id)?.[1] ?? id;
}
