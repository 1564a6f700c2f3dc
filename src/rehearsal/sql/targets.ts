import { type DottedName, namesIn } from "./names.ts";
import type { Token } from "../../postgres/sql/tokens.ts";

/** Words between a command and the names of what it locks. */
const OPTIONS: ReadonlySet<string> = new Set([
  "index",
  "table",
  "only",
  "materialized",
  "view",
  "sequence",
  "concurrently",
  "full",
  "verbose",
  "analyze",
]);
/** Commands that are followed by the names of tables, views and indexes only. */
const LISTING: ReadonlySet<string> = new Set(["reindex", "cluster", "vacuum", "analyze", "truncate", "refresh"]);
const ALTERED: ReadonlySet<string> = new Set(["table", "index", "view", "materialized", "sequence"]);

/**
 * The tables, views, indexes and sequences that a statement locks for certain, as it names them. Empty for statements that may do nothing
 * (`IF EXISTS`), and for those of which the text alone does not show it. Pure.
 */
export function targetsOf(tokens: readonly Token[]): readonly DottedName[] {
  const words = tokens.map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : ""));
  const [first = "", second = ""] = words;
  if (words.some((word, at) => word === "exists" && ["if", "not"].includes(words[at - 1] ?? ""))) return [];
  if (LISTING.has(first) || (first === "drop" && second === "index")) return namesIn(withoutOptions(tokens, words));
  if (first === "alter" && ALTERED.has(second)) return namesIn(withoutOptions(tokens, words)).slice(0, 1);
  if (first !== "create" || !["index", "unique"].includes(second)) return [];
  const from = words.indexOf("on");
  return from < 0 ? [] : namesIn(withoutOptions(tokens.slice(from), words.slice(from))).slice(0, 1);
}

/** Without the command, its options in words and in brackets. */
function withoutOptions(tokens: readonly Token[], words: readonly string[]): readonly Token[] {
  let at = 1;
  while (OPTIONS.has(words[at] ?? "")) at += 1;
  if (tokens[at]?.text === "(") at = tokens.findIndex(({ text }) => text === ")") + 1;
  while (OPTIONS.has(words[at] ?? "")) at += 1;
  return tokens.slice(at).filter(({ text }) => text !== "*");
}
