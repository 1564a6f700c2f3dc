import type { Place } from "../../findings/finding.ts";
import { statementsIn } from "../../postgres/sql/split.ts";
import { type Token, tokensOf } from "../../postgres/sql/tokens.ts";
import { HOST_OPTIONS, REACHING } from "../outbound.ts";
import type { MigrationFile } from "./file-of-migration.ts";
import { tokensOfFile } from "./psql-file.ts";

/** A statement of a migration file with which the copy can reach other systems, such as `extension dblink`. */
export interface PlannedOutbound {
  readonly name: string;
  readonly at: Place;
}

const NAME = String.raw`[\\"'\u0060]*([\w$.-]+)`;
const EXTENSION = `(${REACHING.filter((name) => name !== "pg_cron").join("|")})`;
const IF_MISSING = String.raw`(?:if\s+not\s+exists\s+)?`;

/** The words for each, and the pattern, whose first group is its name. `pg_cron` and `postgres_fdw` alone open no connection. */
const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ["extension", new RegExp(String.raw`\bcreate\s+extension\s+${IF_MISSING}[\\"'\u0060]*${EXTENSION}(?![\w-])`, "gi")],
  // `CreateExtension("dblink")`, `enable_extension "dblink"`, `pgm.addExtension(["dblink"])`.
  [
    "extension",
    new RegExp(String.raw`(?:create|enable|add)_?extension\s*\(?\s*\[?\s*(?:name\s*[=:]\s*)?["'\u0060]${EXTENSION}["'\u0060]`, "gi"),
  ],
  ["foreign server", new RegExp(String.raw`\bcreate\s+server\s+${IF_MISSING}${NAME}[^;]{0,500}?\bforeign\s+data\s+wrapper\b`, "gi")],
  [
    "foreign server",
    new RegExp(String.raw`\balter\s+server\s+${NAME}[^;]{0,500}?\boptions\s*\([^;]{0,500}?\b(?:${HOST_OPTIONS.join("|")})\b`, "gi"),
  ],
  ["subscription", new RegExp(String.raw`\b(?:create|alter)\s+subscription\s+${NAME}[\\"'\u0060]*\s+(?:connection|enable)\b`, "gi")],
  ["scheduled job", /\bcron["'\\\s]*\.["'\\\s]*(schedule(?:_in_database)?)["'\\\s]*\(/gi],
  ["COPY with a", /\bcopy\b[^;]{0,2000}?\b(?:to|from)\s+(program)\s*\\?['$]/gi],
];

/** Files of rollbacks and tests, which a migration to the newest version does not run. */
const NOT_RUN = /\.(?:down|undo)\.sql$|(?:^|\/)(?:revert|verify)\/[^/]+\.sql$|(?:^|\/)U[\d._]+__[^/]*\.sql$/i;

/** Lines of other languages that are comments, comments of SQL in their strings, and blocks of comments. */
const COMMENTS = /^[ \t]*(?:#|\/\/|--|\*(?!\/)).*$|(?<=\s)--\s.*$|\/\*[^]*?\*\/|<!--[^]*?-->/gm;

/** The statements in these files that connect the copy with other systems, as far as their text shows it. Pure. */
export function plannedOutbound(files: readonly MigrationFile[]): readonly PlannedOutbound[] {
  return files.filter(({ path }) => !NOT_RUN.test(path)).flatMap((file) => (/\.sql$/i.test(file.path) ? inSql(file) : inCode(file)));
}

function inSql({ path, text }: MigrationFile): readonly PlannedOutbound[] {
  return statementsIn(text, tokensOfFile(text)).flatMap(({ tokens, line }) =>
    matches(plain(tokens, runsText(tokens))).map(({ name }) => ({ name, at: { file: path, line } })),
  );
}

function inCode({ path, text }: MigrationFile): readonly PlannedOutbound[] {
  const code = text.replaceAll(COMMENTS, (comment) => comment.replaceAll(/[^\n]/g, " "));
  return matches(code).map(({ name, index }) => ({ name, at: { file: path, line: code.slice(0, index).split("\n").length } }));
}

function matches(text: string): readonly { readonly name: string; readonly index: number }[] {
  return PATTERNS.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map(({ 1: name = "", index }) => ({ name: kind === "scheduled job" ? kind : `${kind} ${name}`, index })),
  );
}

/** Whether the strings of a statement are code: of a function, a procedure or a DO block. */
function runsText(tokens: readonly Token[]): boolean {
  const [first, ...words] = tokens.slice(0, 4).map(({ text }) => text.toLowerCase());
  return first === "do" || (first === "create" && words.some((word) => word === "function" || word === "procedure"));
}

/** A statement without comments, and without strings that are not code. */
function plain(tokens: readonly Token[], isCode: boolean): string {
  return tokens.map(({ kind, text }) => (kind !== "string" ? text : isCode ? plain(tokensOf(inside(text)), true) : "''")).join(" ");
}

function inside(text: string): string {
  const mark = /^(?:\$[^$]*\$|\w*&?')/.exec(text)?.[0] ?? "";
  const end = mark.endsWith("'") ? "'" : mark;
  return text.slice(mark.length, text.endsWith(end) ? -end.length : undefined).replaceAll("''", "'");
}
