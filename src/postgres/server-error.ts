/** An error of a Postgres server, without the values of rows. */
export interface ServerError {
  /** The error code (PostgreSQL documentation, appendix A). Undefined if it is not known. */
  readonly sqlstate?: string | undefined;
  /** The primary message, on one line. It names objects, but values in it are replaced by `…`. */
  readonly message: string;
  /** The constraint, column or table that the server names, such as `constraint public.book.book_pkey`. */
  readonly object?: string | undefined;
  /** The file or the migration in which it happened, as the tool printed it. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** Whether code in the database raised it, such as `RAISE` of PL/pgSQL. Its message can have any text, also values of rows. */
  readonly isRaised?: boolean | undefined;
  /** The character of the statement, from 1, where the server found it: in the text itself, and not in a row. */
  readonly position?: number | undefined;
}

/** In place of a message that code in the database wrote. */
export const RAISED = "code in the database raised an error of its own, whose text can have values of rows";

/** Functions of the server with which PL/pgSQL, PL/Python, PL/Perl and PL/Tcl pass on an error of the user's code. */
const RAISING: ReadonlySet<string> = new Set([
  "exec_stmt_raise",
  "exec_stmt_assert",
  "PLy_elog_impl",
  "PLy_output",
  "do_util_elog",
  "pltcl_elog",
]);

/** Whether the function of the server that reported an error passes on an error of the user's code. */
export function isRaisedBy(routine: unknown): boolean {
  return typeof routine === "string" && RAISING.has(routine);
}

/** Characters of a message that are kept. */
const LONGEST = 300;

/** Statements at the start of a message, which some drivers put before the server's words. */
const STATEMENT =
  /^\s*(?:alter|analyze|begin|call|comment|copy|create|delete|do|drop|execute|grant|insert|lock|merge|refresh|reindex|revoke|select|set|truncate|update|vacuum|with)\b/i;

/**
 * The server's primary message without a statement before it and without values. Names of objects are also in double quotes,
 * but after a word for their kind. Values come after a colon or the word "value", and in single quotes.
 */
export function publicMessage(message: string): string {
  const line = message.split(/[\r\n]/, 1)[0]?.trim() ?? "";
  const own = STATEMENT.test(line) && line.includes(" - ") ? line.slice(line.lastIndexOf(" - ") + 3) : line;
  const hidden = own
    .replace(/(: |\bvalue |\btime zone |\bat or near )["»«„“](?:.*)["»«”“](?=\s|$|[).,;:])/gu, (all, before: string) =>
      before === "at or near " ? nearWord(all) : `${before}"…"`,
    )
    // A message of several lines can have a text in quotes that ends on another one.
    .replace(/\bat or near "(?!.*"(?:\s|$|[).,;:])).*$/, 'at or near "…"')
    .replace(/'[^']*'/g, "'…'")
    .replace(/(: )0x[0-9a-f ]+.*$/i, "$1…")
    .replace(/\b[\w.+-]+@[\w-]+\.[\w.-]+/g, "…");
  return hidden.length <= LONGEST ? hidden : `${hidden.slice(0, LONGEST)}…`;
}

/** A word of the statement is a name or a keyword. Anything else can be a value. */
function nearWord(text: string): string {
  return /"[\p{L}_][\p{L}\p{N}_$]*"|"[^\p{L}\p{N}]{1,8}"/u.test(text) ? text : 'at or near "…"';
}

/** The error in one line: `relation "shop" does not exist (SQLSTATE 42P01, migrations/2.sql line 3)`. */
export function describeServerError({ message, sqlstate, object, file, line }: ServerError): string {
  const place = file === undefined ? undefined : `${file}${line === undefined ? "" : ` line ${line}`}`;
  const facts = [sqlstate === undefined ? undefined : `SQLSTATE ${sqlstate}`, object, place].filter((fact) => fact !== undefined);
  return `${message.replace(/\.$/, "")}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
}

/** Names of an object, from the largest part to the smallest. Undefined if there is none. */
export function objectOf(
  names: Partial<Record<"schema" | "table" | "column" | "constraint" | "datatype", string | undefined>>,
): string | undefined {
  const { schema, table, column, constraint, datatype } = names;
  const kind = constraint ? "constraint" : column ? "column" : table ? "table" : datatype ? "type" : undefined;
  if (kind === undefined) return undefined;
  return `${kind} ${[schema, table, column ?? constraint ?? datatype].filter((name) => name !== undefined && name !== "").join(".")}`;
}
