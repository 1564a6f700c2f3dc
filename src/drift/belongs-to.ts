import { quoted } from "../catalog/quote.ts";
import { type ChangedKind, keyOf } from "./change.ts";

/** The keys of the relation or domain that a part, such as a constraint, can belong to. */
export function tableKeys(item: { readonly schema: string; readonly table: string }): readonly string[] {
  const id = `${quoted(item.schema)}.${quoted(item.table)}`;
  return [keyOf("table", id), keyOf("view", id), keyOf("materialized view", id), keyOf("domain", id)];
}

/** The kinds of objects that a grant can be on, by the catalog's name for them. */
const GRANT_KINDS: Readonly<Record<string, readonly ChangedKind[]>> = {
  schema: ["schema"],
  relation: ["table", "view", "materialized view", "sequence"],
  column: ["column"],
  routine: ["function", "procedure", "aggregate", "window function"],
  type: ["enum", "domain", "composite", "range"],
};

/** The keys of the object that a grant is on. */
export function keysOfGrant(on: string, id: string): readonly string[] {
  return [...(GRANT_KINDS[on] ?? []).map((kind) => keyOf(kind, id)), ...(on === "column" ? viewsOf(id) : [])];
}

/** The view that the column can belong to. The column of a view is not an object of its own. */
function viewsOf(column: string): readonly string[] {
  return [keyOf("view", withoutColumn(column)), keyOf("materialized view", withoutColumn(column))];
}

function withoutColumn(id: string): string {
  return id.replace(/\.(?:"(?:[^"]|"")*"|[^".]+)$/s, "");
}

/** The kinds of objects that a comment can be on, by their name in `pg_identify_object`. */
const COMMENT_KINDS: Readonly<Record<string, readonly ChangedKind[]>> = {
  schema: ["schema"],
  table: ["table"],
  "foreign table": ["table"],
  "table column": ["column"],
  "foreign table column": ["column"],
  view: ["view"],
  "materialized view": ["materialized view"],
  index: ["index"],
  sequence: ["sequence"],
  function: ["function", "window function"],
  procedure: ["procedure"],
  aggregate: ["aggregate"],
  type: ["enum", "domain", "composite", "range"],
  "event trigger": ["event trigger"],
  "statistics object": ["statistics"],
  publication: ["publication"],
  collation: ["collation"],
  operator: ["operator"],
  "operator family": ["operator family"],
  "operator class": ["operator class"],
  cast: ["cast"],
  "text search configuration": ["text search configuration"],
};

/** The keys of the object that a comment is on. */
export function keysOfComment(on: string, identity: string): readonly string[] {
  // Constraints, triggers, policies and rules are named `name on table`.
  const part = /^(?:table constraint|domain constraint|trigger|policy|rule)$/.test(on) ? /^(.*) on (.*)$/s.exec(identity) : null;
  const plain = asInCatalog(identity);
  if (on === "view column" || on === "materialized view column") return viewsOf(plain);
  if (on === "composite type column") return [keyOf("composite", withoutColumn(plain))];
  if (part === null) return (COMMENT_KINDS[on] ?? []).map((kind) => keyOf(kind, plain));
  const kind = on.endsWith("constraint") ? "constraint" : (on as "trigger" | "policy" | "rule");
  return [keyOf(kind, `${part[2]}.${part[1]}`)];
}

/** `pg_identify_object` writes arguments without spaces, types of Postgres with their schema, and casts in parentheses. */
function asInCatalog(identity: string): string {
  return identity
    .replaceAll("pg_catalog.", "")
    .replace(/^\((.*) AS (.*)\)$/s, "$1 as $2")
    .replace("(NONE,", "(none,")
    .replaceAll(/("(?:[^"]|"")*")|,/g, (comma, inQuotes?: string) => inQuotes ?? `${comma} `);
}
