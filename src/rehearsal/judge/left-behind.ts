import type { StatementPart } from "../measure/parts.ts";
import { schemaPart } from "../sql/names.ts";
import { textOf } from "../sql/alter-table.ts";
import { wordsOf } from "../sql/kinds.ts";
import type { Token } from "../../postgres/sql/tokens.ts";

/** What a failed statement leaves in the database, because it consists of several transactions. */
export interface LeftBehind {
  readonly text: string;
  /** Statements that remove it. */
  readonly sql: readonly string[];
}

/** Errors before anything was done: in the text, because of a name, or because of a transaction. */
const NOTHING_DONE = /^(25|42|0A)/;

/** What this statement leaves when it fails (PostgreSQL documentation, "CREATE INDEX", "REINDEX", "ALTER TABLE"). Pure. */
export function leftBehind({ tokens, kind }: StatementPart, sqlstate: string): LeftBehind | undefined {
  if (NOTHING_DONE.test(sqlstate)) return undefined;
  const words = wordsOf(tokens);
  if (kind === "create index concurrently") return indexOf(tokens);
  if (/^reindex .*\bconcurrently\b/.test(words))
    return {
      text: "In production the failure leaves an index whose name ends with _ccnew, which is not valid and slows down each write. Drop it before the next attempt.",
      sql: [],
    };
  return / detach partition .* concurrently$/.test(words)
    ? {
        text: "In production the failure leaves the partition half detached. Finish it with this statement.",
        sql: [textOf(tokens).replace(/concurrently$/i, "finalize")],
      }
    : undefined;
}

/** The index is in the schema of its table. */
function indexOf(tokens: readonly Token[]): LeftBehind {
  const lower = tokens.map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : ""));
  const on = lower.indexOf("on");
  const name = lower[on - 1] === "concurrently" ? undefined : tokens[on - 1];
  const table = tokens.slice(lower[on + 1] === "only" ? on + 2 : on + 1);
  const end = table.findIndex(({ kind, text }, at) => at > 0 && text !== "." && (kind === "symbol" || table[at - 1]?.text !== "."));
  const schema = schemaPart(textOf(table.slice(0, end < 0 ? undefined : end)));
  return {
    text: "In production the failure leaves the index, which is not valid: it slows down each write, and the next attempt fails because of its name, or does nothing with IF NOT EXISTS. Drop it before the next attempt.",
    sql: name === undefined ? [] : [`drop index concurrently ${schema}${name.text}`],
  };
}
