import { indexOfPosition } from "../../postgres/position.ts";
import type { ServerError } from "../../postgres/server-error.ts";
import { existsOnServer } from "../../postgres/server-wide.ts";
import { withoutTransaction } from "../advice/without-transaction.ts";
import { errorText } from "../error-text.ts";
import type { RehearsalFacts } from "../facts.ts";
import { found, type RehearsalFinding } from "../finding.ts";
import type { Lacks } from "../lacks.ts";
import { isQuiet, type StatementPart, UNREAD_PART } from "../measure/parts.ts";
import type { ReadStatement } from "../measure/statements.ts";
import { shownTokens } from "../measure/torn.ts";
import type { RoleSettings } from "../role-settings.ts";
import { knownNames, namesOfStatement } from "../sql/known-names.ts";
import { lower } from "../sql/alter-table.ts";
import type { Blamed } from "../measure/blame.ts";
import { mentions } from "../sql/names.ts";
import { runsCode } from "../sql/runs-code.ts";
import { wordsOf } from "../sql/kinds.ts";
import { leftBehind } from "./left-behind.ts";
import { adviceOnConstant, adviceOnData } from "./on-data.ts";
import { onlyInCopy } from "./only-in-copy.ts";
import { placeOf } from "./place.ts";
import { type Shown, subjectOf } from "./subject.ts";

const ON_TIME: Readonly<Record<string, string>> = {
  "55P03":
    "The lock was not granted in time, as it would happen in production too. Run the migration when the table is used less, and try again.",
  "57014":
    "A time limit ended the statement, as it would in production. Make the statement shorter, or set a higher limit at the start of this migration.",
  "25P03": "The transaction was idle for too long. Make it shorter.",
  "25P04": "The transaction took too long. Split it.",
};

const OTHER: Readonly<Record<string, string>> = {
  "42804": "Postgres does not convert these types by itself. Drop the default of the column first, or write a USING clause.",
  "58P01": "The server has no files of this extension. Install it on the server first, or remove it from the migration.",
  "0A000": "Postgres does not support this. Change the migration as the error says.",
  "2BP01": "Other objects need this one. Drop them first and create them again, or change them in the same migration.",
  "42501": "The role of the migrations lacks a right. Grant it first.",
  "25001": "The server runs this statement only outside of a transaction.",
  "53100": "The disk is full. Production needs as much free space as this migration writes.",
};

/** Postgres has one code, `0A000`, for many causes. Its English message names some of them. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^extension .* is not available/, OTHER["58P01"] ?? ""],
  [
    /^cannot alter type of a column used by/,
    "Drop what uses the column first (a view, a rule, a policy, a trigger or a generated column), and create it again after the change.",
  ],
  [/used by (a )?(publication|partition key|inherit)/, "Postgres cannot change such a column. Use a new column or table in its place."],
];

function byMessage(cause: ServerError | undefined): string | undefined {
  return cause?.sqlstate === "0A000" ? BY_MESSAGE.find(([pattern]) => pattern.test(cause.message))?.[1] : undefined;
}

/** An error because of the rows that a statement writes, which the migration has in its text. */
const OWN_ROWS = "Rows that the statement writes are refused, by themselves or because of rows that exist. Correct them in the statement.";
/** A deferred constraint is checked for the rows that the transaction wrote, also where it is new: ALTER TABLE checks those that exist. */
const LATE_ROWS =
  "A constraint that is checked at the end of the transaction refuses rows that the migration wrote, or that refer to rows which it deleted. Correct these statements.";
const OWN_TEXT = "The statement has a constant that Postgres cannot use. Correct it.";

const BY_ITSELF =
  "The server reported no error, so the migration tool or its script failed by itself, after the statements that are in this report. Run it by hand to see why, or add --literals, which shows its output.";

/** Whether a statement writes rows that it has in its own text. */
function writesOwnRows({ kind, tokens }: StatementPart): boolean {
  return kind === "copy" || (kind === "insert" && !tokens.some((token) => lower(token) === "select" || lower(token) === "table"));
}

/** Whether a statement is a query without a table, such as `select 1 / 0`, that calls nothing which could read one. */
function readsNoRows({ kind, tokens }: StatementPart): boolean {
  return kind === "read" && !runsCode(tokens) && !tokens.some((token) => /^(?:from|table)$/.test(lower(token) ?? ""));
}

/**
 * The finding for a command that failed. `errors` are those that the server sent, oldest first. `names` are those of the schema:
 * an error is shown with these and those of the statements only. `lacks`: what the copy lacks of production. Pure.
 */
export function judgeFailure(
  errors: readonly ServerError[],
  statements: readonly ReadStatement[],
  settings: RoleSettings,
  shown: Shown,
  exit: string,
  names: readonly string[] = [],
  lacks?: Lacks,
): RehearsalFinding {
  const statement = statements.findLast(({ sent }) => sent.sqlstate !== undefined && sent.sqlstate !== "25P02");
  const cause = errors.findLast(({ sqlstate }) => sqlstate === statement?.sent.sqlstate) ?? errors.at(-1);
  const sqlstate = cause?.sqlstate ?? "";
  const blamed = statement === undefined ? undefined : { statement, part: failedPart(statement, cause?.position) };
  const { migration = onlyMigration(blamed, statements), statement: text } = subjectOf(blamed, shown).subject;
  const left = blamed && cause?.position === undefined ? leftBehind(blamed.part, sqlstate) : undefined;
  const isKnown = knownNames([...names, ...statements.flatMap(({ parts }) => parts.flatMap(namesOfPart))]);
  const error = cause === undefined ? exit : errorText(cause, isKnown, shown.literals);
  const facts = {
    ...(migration === undefined ? {} : { migration }),
    ...(text === undefined ? {} : { statement: text }),
    sql: left?.sql ?? [],
    sqlstate,
    error,
  };
  const object = { kind: "migration", name: migration ?? "the migrations" } as const;
  const options = { at: placeOf(atCommit(blamed, statements, cause) ?? blamed, shown.files) };
  const cleaning = left === undefined ? "" : ` ${left.text}`;
  const onServer = shown.isServerShared === true ? existsOnServer(cause) : undefined;
  const onData = onServer === undefined && cause !== undefined ? adviceOnData(cause) : undefined;
  const isLate = blamed !== undefined && checksConstraints(blamed.part);
  const isConstant = cause?.position !== undefined || (blamed !== undefined && readsNoRows(blamed.part));
  const isOwn = onData !== undefined && (isConstant || isLate || (blamed !== undefined && writesOwnRows(blamed.part)));
  if (onData !== undefined && !isOwn) return found("fails-on-data", object, { ...facts, advice: onData + cleaning }, options);
  const onTime = ON_TIME[sqlstate];
  if (onTime !== undefined) {
    const timed: RehearsalFacts["fails-by-timeout"] = {
      ...facts,
      advice: onTime + cleaning,
      settings: Object.entries(settings.limits).map(([name, value]) => `${name} = ${value}`),
    };
    return found("fails-by-timeout", object, timed, options);
  }
  const doubt = onlyInCopy(cause, lacks);
  if (doubt?.isCertain === true) return found("not-rehearsed", object, { ...facts, advice: doubt.advice + cleaning }, options);
  const own = isOwn ? (isConstant ? OWN_TEXT : isLate ? LATE_ROWS : OWN_ROWS) : undefined;
  const alone = sqlstate === "25001" ? withoutTransaction(shown.tool) : "";
  const known = byMessage(cause) ?? OTHER[sqlstate] ?? adviceOnConstant(sqlstate);
  const advice =
    (onServer && `${onServer.meaning} Whether it exists in production is not known. ${onServer.remedy}`) ??
    own ??
    doubt?.advice ??
    (cause === undefined ? BY_ITSELF : undefined) ??
    (known && known + alone) ??
    "Correct the migration. It would fail in production in the same way.";
  return found("migration-fails", object, { ...facts, advice: advice + cleaning }, options);
}

/** Whether the statement checks the deferred constraints. */
function checksConstraints({ tokens, kind }: StatementPart): boolean {
  return kind === "transaction" || wordsOf(tokens, 2) === "set constraints";
}

/** Of a statement without a migration, such as COMMIT: the only migration of its transaction. */
function onlyMigration(blamed: Blamed | undefined, statements: readonly ReadStatement[]): string | undefined {
  const names = statements.flatMap(({ transaction, migration }) =>
    transaction === blamed?.statement.transaction && migration !== undefined ? [migration] : [],
  );
  return new Set(names).size === 1 ? names[0] : undefined;
}

/** Of an error at the end of the transaction: its last statement that wrote rows of the table that the server names, else of any. */
function atCommit(blamed: Blamed | undefined, statements: readonly ReadStatement[], cause: ServerError | undefined): Blamed | undefined {
  if (blamed === undefined || blamed.part.at !== undefined || !checksConstraints(blamed.part)) return undefined;
  const written = statements
    .filter(({ transaction }) => transaction === blamed.statement.transaction)
    .flatMap((statement) => statement.parts.filter(({ kind }) => WRITING.has(kind)).map((part) => ({ statement, part })));
  const [schema = "", name = ""] = cause?.object?.replace(/^\w+ /, "").split(".") ?? [];
  return written.findLast(({ part }) => mentions(part.names, { schema, name })) ?? written.at(-1);
}

const WRITING: ReadonlySet<string> = new Set(["insert", "update", "delete", "merge", "copy"]);

/** An error at a position is in the text, and nothing of that message ran. Otherwise the server answers each statement of a message that succeeds with one tag. A text that was cut can lack the one that failed. */
function failedPart({ parts, sent }: ReadStatement, position: number | undefined): StatementPart {
  const index = position === undefined ? undefined : indexOfPosition(position, sent.sql);
  const placed = index === undefined ? undefined : parts.findLast(({ tokens }) => (tokens[0]?.at ?? Number.POSITIVE_INFINITY) <= index);
  if (placed !== undefined && sent.isCut !== true) return placed;
  const part = parts[sent.tags.length];
  if (part !== undefined || sent.isCut === true) return part ?? UNREAD_PART;
  return parts.find((each) => !isQuiet(each)) ?? parts[0] ?? UNREAD_PART;
}

/** The tokens of a long INSERT are not kept, but its names are. */
function namesOfPart(part: StatementPart): readonly string[] {
  return [...namesOfStatement(shownTokens(part, false)), ...part.names.flat()];
}
