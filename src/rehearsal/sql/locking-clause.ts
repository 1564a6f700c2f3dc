import type { Token } from "../../postgres/sql/tokens.ts";

/** `for update` and `for share`; not `for key share`, which only blocks deletes and changes of the key (PostgreSQL documentation, "Row-Level Locks"). */
const CLAUSE = /\bfor\s+(?:no\s+key\s+update|update|share)\b/i;

/** Whether a statement locks the rows that it reads. */
export interface LocksRows {
  /** In code (a DO block), so how many rows it is cannot be known from the answer of the server. */
  readonly isCode: boolean;
}

/** Recognises SELECT with a locking clause, and DO blocks with one in their code. Undefined: it has none. Pure. */
export function locksRows(tokens: readonly Token[]): LocksRows | undefined {
  if (tokens[0]?.text.toLowerCase() === "do")
    return tokens.some(({ kind, text }) => kind === "string" && CLAUSE.test(text)) ? { isCode: true } : undefined;
  const words = tokens.map(({ kind, text }) => (kind === "word" ? text : "?")).join(" ");
  return CLAUSE.test(words) ? { isCode: false } : undefined;
}
