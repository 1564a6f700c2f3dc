import type { Token } from "../../postgres/sql/tokens.ts";
import { type Advice, inBatches, inWords } from "./advice.ts";
import { lower, textOf, splitAtCommas } from "../sql/alter-table.ts";

const TEXT = "Change the rows in batches, each in a transaction of its own: repeat the statement until it changes no row.";
const BY_KEY =
  "Change the rows in batches by ranges of a key, each in a transaction of its own: which rows are still to do cannot be read from the statement.";

/** Functions with the same result for the same arguments. Others can give a row another value each time, so that no batch is the last one. */
export const PURE: ReadonlySet<string> = new Set([
  "lower",
  "upper",
  "trim",
  "btrim",
  "length",
  "coalesce",
  "abs",
  "round",
  "floor",
  "ceil",
  "md5",
  "replace",
  "left",
  "right",
]);

/** Batches for `update` and `delete`, with a condition that shows which rows are still to do. Pure. */
export function inBatchesOf(tokens: readonly Token[], kind: "update" | "delete" | "merge"): Advice {
  const words = tokens.map(lower);
  const isSimple = kind !== "merge" && words[0] === kind && !words.some((word) => ["using", "returning", "join"].includes(word));
  if (!isSimple) return inWords(BY_KEY);
  return (kind === "delete" ? ofDelete(tokens, words) : ofUpdate(tokens, words)) ?? inWords(BY_KEY);
}

function ofDelete(tokens: readonly Token[], words: readonly string[]): Advice | undefined {
  const at = words.indexOf("where");
  const end = at < 0 ? tokens.length : at;
  const table = nameIn(tokens.slice(words[2] === "only" ? 3 : 2, end));
  if (table === undefined || words.findIndex(isFrom) !== 1 || words.findLastIndex(isFrom) !== 1) return undefined;
  const condition = at < 0 ? "true" : `(${textOf(tokens.slice(at + 1))})`;
  return inWords(TEXT, [`delete from ${table} where ${inBatches(table, condition)}`]);
}

function ofUpdate(tokens: readonly Token[], words: readonly string[]): Advice | undefined {
  const set = words.indexOf("set");
  const where = words.indexOf("where");
  const table = nameIn(tokens.slice(words[1] === "only" ? 2 : 1, set));
  if (table === undefined || words.some(isFrom)) return undefined;
  const pairs = assignmentsIn(tokens.slice(set + 1, where < 0 ? undefined : where));
  if (pairs === undefined) return undefined;
  const done = pairs.map(([column, value]) => `${column} is distinct from (${value})`).join(" or ");
  const condition = `${where < 0 ? "" : `(${textOf(tokens.slice(where + 1))}) and `}(${done})`;
  return inWords(TEXT, [
    `update ${table} set ${textOf(tokens.slice(set + 1, where < 0 ? undefined : where))} where ${inBatches(table, condition)}`,
  ]);
}

/** The columns with their new values. Undefined where another batch would change a row again, such as `n = n + 1`. */
function assignmentsIn(tokens: readonly Token[]): readonly (readonly [string, string])[] | undefined {
  const parts = splitAtCommas(tokens);
  const columns = new Set(parts.map(([first]) => lower(first).replaceAll('"', "")));
  const pairs: (readonly [string, string])[] = [];
  for (const [column, equals, ...value] of parts) {
    if (column === undefined || equals?.text !== "=" || value.length === 0 || lower(value[0]) === "default") return undefined;
    const isPure = value.every((token, index) => {
      const name = lower(token).replaceAll('"', "");
      if (token.kind !== "word" && token.kind !== "name") return true;
      if (value[index + 1]?.text === "(") return PURE.has(name);
      return !columns.has(name) && !/^(current_|local|session_user|user$|select$)/.test(name);
    });
    if (!isPure) return undefined;
    pairs.push([column.text, textOf(value)]);
  }
  return pairs.length === 0 ? undefined : pairs;
}

function isFrom(word: string): boolean {
  return /^from$/.test(word);
}

/** A name with or without its schema, and nothing after it. */
function nameIn(tokens: readonly Token[]): string | undefined {
  const isName =
    tokens.length > 0 && tokens.every(({ kind, text }, at) => (at % 2 === 0 ? kind === "word" || kind === "name" : text === "."));
  return isName && tokens.length % 2 === 1 ? textOf(tokens) : undefined;
}
