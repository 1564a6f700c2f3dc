import type { Token } from "../../postgres/sql/tokens.ts";

/** What a statement does, as far as that matters for locks. */
export type StatementKind =
  | "alter table"
  | "create index"
  | "create index concurrently"
  | "drop index"
  | "reindex"
  | "cluster"
  | "vacuum full"
  | "truncate"
  | "refresh materialized view"
  | "update"
  | "delete"
  | "insert"
  | "copy"
  | "merge"
  | "transaction"
  | "set"
  | "read"
  | "other";

const FIRST_WORDS: readonly (readonly [RegExp, StatementKind])[] = [
  [/^alter (foreign )?table /, "alter table"],
  [/^alter (index|materialized view|view|sequence) /, "alter table"],
  [/^create (unique )?index concurrently /, "create index concurrently"],
  [/^create (unique )?index /, "create index"],
  [/^drop index /, "drop index"],
  [/^reindex /, "reindex"],
  [/^cluster( |$)/, "cluster"],
  [/^vacuum( |$).*\bfull\b/, "vacuum full"],
  [/^truncate /, "truncate"],
  [/^refresh materialized view /, "refresh materialized view"],
  [/^update /, "update"],
  [/^delete /, "delete"],
  [/^insert /, "insert"],
  [/^copy /, "copy"],
  [/^merge /, "merge"],
  [/^(begin|start|commit|end|rollback|abort|savepoint|release|prepare transaction)( |$)/, "transaction"],
  [/^(set|reset|discard)( |$)/, "set"],
  [/^(select|show|explain|table|values|fetch|declare|close|listen|notify|unlisten|deallocate)( |$)/, "read"],
  [/^with .*\b(update|delete|insert|merge)\b/, "update"],
  [/^with /, "read"],
];

/** The words of a statement in lower case, without names in quotes and literals: enough to recognise what it does. */
export function wordsOf(tokens: readonly Token[], limit = 200): string {
  return tokens
    .slice(0, limit)
    .map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : kind === "name" ? '"x"' : kind === "symbol" ? text : "?"))
    .join(" ");
}

/** What a statement does. Pure. */
export function kindOf(tokens: readonly Token[]): StatementKind {
  const words = wordsOf(tokens);
  return FIRST_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? "other";
}

/** Whether a statement of this kind can write all rows of a table, or an index, to a new file. */
export function canRewrite(kind: StatementKind): boolean {
  return ["alter table", "reindex", "cluster", "vacuum full", "truncate", "refresh materialized view", "other"].includes(kind);
}

/** Whether a statement of this kind changes the schema, so that it can take a strong lock. */
export function changesSchema(kind: StatementKind): boolean {
  return !["update", "delete", "insert", "copy", "merge", "transaction", "set", "read"].includes(kind);
}
