import { sqlstateOfCondition } from "./condition-names.ts";
import { markNear, placeNear } from "./printed-place.ts";
import { objectOf, publicMessage, type ServerError } from "./server-error.ts";

/** "ERROR", "FATAL" and "PANIC" in the languages into which servers translate them (`lc_messages`). */
const SEVERITY =
  "(?:ERROR|FATAL|PANIC|FEHLER|ERREUR|ERRORE|ERRO|FEL|BŁĄD|CHYBA|HATA|ОШИБКА|ВАЖНО|ПОМИЛКА|エラー|오류|错误|錯誤|致命的エラー)";

/**
 * How drivers and tools print an error of the server. Named groups: the message; the SQLSTATE or the name of the condition;
 * file and line. The most precise form is first.
 */
const FORMS: readonly RegExp[] = [
  // psql with a file, and what runs psql (Sqitch): `psql:2_shop.sql:3: ERROR:  …`.
  new RegExp(String.raw`\bpsql:(?<file>.+?):(?<line>\d+): ${SEVERITY}:\s+(?:(?<state>[0-9A-Z]{5}): )?(?<message>.+)$`, "u"),
  // The SQL files of offshoot: `004_shop.sql:3: ERROR:  42P01: …`, and without the line if it is not known.
  new RegExp(String.raw`^(?<file>[^:]+\.[sS][qQ][lL])(?::(?<line>\d+))?: ${SEVERITY}:  (?:(?<state>[0-9A-Z]{5}): )?(?<message>.+)$`, "u"),
  // pgx (goose, Atlas, tern).
  /\b(?:ERROR|FATAL): (?<message>.+?) \(SQLSTATE (?<state>[0-9A-Z]{5})\)/,
  // Ruby's pg (Rails, Sequel).
  /\bPG::(?<name>\w+): (?:ERROR|FATAL): +(?<message>.+?)(?: \((?:PG|ActiveRecord)::\w+\))?$/,
  // Postgrex (Ecto).
  /\bPostgrex\.Error\) (?:ERROR|FATAL) (?<state>[0-9A-Z]{5}) \(\w+\) (?<message>.+)$/,
  // Npgsql (Entity Framework).
  /\bPostgresException\b[^:]*: (?<state>[0-9A-Z]{5}): (?<message>.+)$/,
  // PHP's PDO (Laravel, Doctrine).
  /\bSQLSTATE\[(?<state>[0-9A-Z]{5})\]: [^:]*: \d+ +(?:ERROR|FATAL): +(?<message>.+?)(?: \((?:Connection|SQL): .*)?$/,
  // Rust's tokio-postgres (Prisma). Rust escapes quotes in it.
  /\bDbError \{ severity: .*?code: SqlState\(E?(?<state>[0-9A-Z]{5})\), message: "(?<message>(?:[^"\\]|\\.)*)"/,
  // JDBC (Flyway, Liquibase).
  /(?:PSQLException|SQLException|DatabaseException|Message *|Reason): (?:ERROR|FATAL): (?<message>.+?)(?: \[Failed SQL: .*)?$/,
  // psycopg, and SQLAlchemy above psycopg or asyncpg.
  /\b(?:psycopg2?|asyncpg)\.(?:errors|exceptions)\.(?<name>\w+)(?:'>)?\)?:? (?<message>.+)$/,
  /'C': '(?<state>[0-9A-Z]{5})', 'M': (?:'(?<message>[^']+)'|"(?<quoted>[^"]+)")/,
  /\bdjango\.db\.utils\.\w+: (?<message>.+)$/,
  // libpq: two spaces. Also psycopg's and Ruby's errors of a login.
  new RegExp(String.raw`(?:^|[\s:("])${SEVERITY}:  (?:(?<state>[0-9A-Z]{5}): )?(?<message>.+)$`, "u"),
  /\bfailed: FATAL: +(?<message>.+)$/,
  // lib/pq (golang-migrate, dbmate).
  /\bpq: (?<message>.+?)\)?$/,
  // sqlx, and db-migrate above node-postgres.
  /\berror returned from database: (?<message>.+)$/,
  /\bifError got unwanted exception: (?<message>.+)$/,
];

/** The name of an error in JavaScript. It is one of the server only if the lines after it show that. */
const NODE =
  /^\s*(?:\[cause\]: |Caused by: |Uncaught )?(?:error|PostgresError|DatabaseError|QueryFailedError|SequelizeDatabaseError|\w*Exception): (?<message>.+?)\s*\{?$/;
const FROM_SERVER = /pg-protocol|[/\\]pg[/\\]lib[/\\]|\bcode: '[0-9A-Z]{5}'|\bseverity(?:_local)?: '/;

/** After the first error in a transaction, every statement fails with this one. */
const ABORTED = /current transaction is aborted/;

/** Lines around an error in which its facts are. */
const NEAR = 40;

/** Knex puts a statement before the server's words, which can have many lines. The dump comes on the next line. */
const AFTER_STATEMENT = / - (?<message>.+)$/;
const DUMP = /^\s+at .*(?:pg-protocol|[/\\]pg[/\\]lib[/\\])/;

/** Characters of the beginning and of the end of a line that are read. */
const LINE_PART = 1000;

/** Errors that are compared. */
const MOST = 20;

/**
 * The server's error in what a migration command printed: the last one, because what came before did not end the command.
 * Understands the forms of psql and libpq, node-postgres, psycopg, JDBC, and of drivers of Go, Ruby, Rust, PHP, Elixir and
 * .NET. Undefined if there is none.
 */
export function findPrintedError(output: string): ServerError | undefined {
  const lines = output.split(/\r\n|\n|\r/).map(shortened);
  const found: Found[] = [];
  for (let at = lines.length - 1; at >= 0 && found.length < MOST; at -= 1) {
    const error = errorIn(lines[at] ?? "", at, lines);
    if (error !== undefined) found.unshift(error);
  }
  const last = found.findLast(({ message }) => !ABORTED.test(message)) ?? found.at(-1);
  if (last === undefined) return undefined;
  // The same error is often printed more than once, and one of the forms has more facts.
  const same = found.filter(({ message }) => message === last.message);
  const sqlstate = same.map((each) => each.sqlstate).findLast((each) => each !== undefined);
  const object = same.map((each) => each.object).findLast((each) => each !== undefined);
  const place = same.map((each) => each.place).find((each) => each !== undefined);
  return { message: last.message, ...defined({ sqlstate, object, file: place?.file, line: place?.line }) };
}

/** A line with an error of the server, without values in its message. Other lines are returned as they are. */
export function hidePrintedMessage(line: string): string {
  const groups = FORMS.find((each) => each.test(line))?.exec(line)?.groups;
  const message = (groups?.["message"] ?? groups?.["quoted"])?.trim();
  return message === undefined ? line : line.replace(message, () => publicMessage(message));
}

/** The place of an error whose message is in the output in an unknown form. Undefined if it is not there. */
export function placeOfMessage(output: string, message: string): { readonly file: string; readonly line?: number } | undefined {
  const lines = output.split(/\r\n|\n|\r/).map(shortened);
  const at = lines.findLastIndex((line) => line.includes(message));
  return at === -1 ? undefined : placeNear(lines, at);
}

/** The migration that a tool named last. For an error that the tool did not print. Undefined if it named none. */
export function lastPlace(output: string): { readonly file: string; readonly line?: number } | undefined {
  const lines = output.split(/\r\n|\n|\r/).map(shortened);
  return markNear(lines, lines.length - 1);
}

interface Found {
  readonly message: string;
  readonly sqlstate: string | undefined;
  readonly object: string | undefined;
  readonly place: { readonly file: string; readonly line?: number } | undefined;
}

function errorIn(line: string, at: number, lines: readonly string[]): Found | undefined {
  const following = lines.slice(at + 1, at + NEAR).join("\n");
  const groups = (FORMS.find((each) => each.test(line)) ?? nodeForm(line, following))?.exec(line)?.groups;
  const printed = groups?.["message"] ?? groups?.["quoted"];
  // Some languages escape the quotes of a message. A single backslash is the word that the server did not understand.
  const unescaped = printed !== undefined && printed.split('\\"').length % 2 === 1 ? printed.replaceAll('\\"', '"') : printed;
  const { text, place } = withoutPhpPlace(unescaped);
  if (groups === undefined || text === undefined) return undefined;
  const around = lines.slice(Math.max(0, at - NEAR), at + NEAR).join("\n");
  return {
    message: publicMessage(text),
    sqlstate: groups["state"] ?? sqlstateOfCondition(groups["name"] ?? "") ?? printedState(following, around),
    object: objectOf(namesIn(following)),
    place: groups["file"] === undefined ? (place ?? placeNear(lines, at)) : placeOf(groups["file"], groups["line"]),
  };
}

/** PHP ends a message with its own place: ` in /app/migrate.php on line 3`, and ` in /app/migrate.php:3` for an exception. */
const PHP_PLACE = /^(?<words>.+) in (?<file>(?:\/|[A-Za-z]:[\\/])\S*\.php)(?: on line |:)(?<number>\d+)$/;

/** The words of the server alone. The place is not one of the user's if it is in an installed package. */
function withoutPhpPlace(text: string | undefined): { readonly text: string | undefined; readonly place?: Found["place"] } {
  const { words, file, number } = PHP_PLACE.exec(text ?? "")?.groups ?? {};
  if (words === undefined || file === undefined) return { text };
  return { text: words, ...(/[/\\]vendor[/\\]/.test(file) ? {} : { place: placeOf(file, number) }) };
}

function nodeForm(line: string, following: string): RegExp | undefined {
  if (NODE.test(line)) return FROM_SERVER.test(following) ? NODE : undefined;
  return DUMP.test(following.split("\n", 1)[0] ?? "") ? AFTER_STATEMENT : undefined;
}

function shortened(line: string): string {
  return line.length <= 2 * LINE_PART ? line : line.slice(0, LINE_PART) + line.slice(-LINE_PART);
}

/** node-postgres prints its code after the error, Flyway and Prisma before it. */
function printedState(following: string, around: string): string | undefined {
  return /\bcode: '([0-9A-Z]{5})'/.exec(following)?.[1] ?? /\b(?:SQL State *|Database error code): ([0-9A-Z]{5})\b/.exec(around)?.[1];
}

/** The names that node-postgres prints, from the fields of the server's message. */
function namesIn(following: string): Parameters<typeof objectOf>[0] {
  const names = [...following.matchAll(/^ +(schema|table|column|constraint)(?:_name)?: '([^']+)',?$/gm)];
  return Object.fromEntries(names.map(([, kind, name]) => [kind, name]));
}

function placeOf(file: string, line: string | undefined): { readonly file: string; readonly line?: number } {
  return { file, ...(line === undefined ? {} : { line: Number(line) }) };
}

function defined<Facts extends object>(facts: Facts): Partial<{ [Key in keyof Facts]: NonNullable<Facts[Key]> }> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as never;
}
