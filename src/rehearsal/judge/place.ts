import type { Place } from "../../findings/finding.ts";
import type { Blamed } from "../measure/blame.ts";
import { changedNames } from "../sql/changed-names.ts";
import { namesIn } from "../sql/names.ts";
import type { MigrationFiles } from "../sql/migration-files.ts";
import type { Token } from "../../postgres/sql/tokens.ts";

/** Shorter words are in too many lines. */
const SHORTEST = 5;
const SHORTEST_QUOTED = 3;
/** Names of a statement that are searched. */
const MOST_NAMES = 20;

/**
 * The place of a statement in the migration files: its own, else the first line of its migration that has one of its names. It
 * depends on the statement only, so that all findings about it have one place. Pure.
 */
export function placeOf(blamed: Blamed | undefined, files: MigrationFiles): Place | undefined {
  if (blamed === undefined) return undefined;
  const { statement, part } = blamed;
  if (part.at !== undefined) return part.at;
  const file = statement.parts.find(({ at }) => at !== undefined)?.at?.file ?? (statement.migration && files.fileOf(statement.migration));
  if (file === undefined || file === "") return undefined;
  const found = files.findIn(file, part.tokens);
  if (found !== undefined) return found;
  const written = files.lineOf(file, part.tokens);
  if (written !== undefined) return { file, line: written };
  const table = tableOf(part.tokens);
  const changed = changedNames(part.tokens);
  const own = files.lineWith(file, changed.flatMap(inCode));
  if (own !== undefined) return { file, line: own };
  const names = part.names.map((parts) => parts.at(-1) ?? "");
  // A tool that makes SQL quotes all names.
  const quoted = new Set(part.tokens.filter(({ kind }) => kind === "name").map(({ text }) => text.slice(1, -1)));
  const isLong = (name: string): boolean => name.length >= (quoted.has(name) ? SHORTEST_QUOTED : SHORTEST);
  const others = names.filter((name) => isLong(name) && name !== table && !KEYWORDS.has(name)).slice(0, MOST_NAMES);
  // Other statements of the migration can name the table before, so it is the last one that is searched.
  return { file, line: files.lineWith(file, [...others, ...(table === undefined ? [] : tableInCode(table))]) ?? files.firstLineOf(file) };
}

/** A name as the code of a tool can have it: without underlines (`bookId`), or without the ending of a key (`author` of `author_id`). */
function inCode(name: string): readonly string[] {
  return [...new Set([name, name.replaceAll("_", ""), name.replace(/_id$/, "")])];
}

/** A table as the code of a tool can have it: without the name of the app (`Book` of `shop_book`). */
function tableInCode(name: string): readonly string[] {
  return [...inCode(name), ...inCode(name.slice(name.indexOf("_") + 1))].filter((each) => each.length >= SHORTEST_QUOTED);
}

const BEFORE_TABLE: ReadonlySet<string> = new Set(
  "alter table only if exists update delete from insert into merge copy truncate".split(" "),
);

/** The table that a statement changes, if its name comes after the command; of `CREATE INDEX`, it comes after ON. */
function tableOf(tokens: readonly Token[]): string | undefined {
  const words = tokens.map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : ""));
  const isIndex = words[0] === "create" && words.slice(1, 3).includes("index");
  const from = isIndex ? words.indexOf("on") + 1 : words.findIndex((word) => !BEFORE_TABLE.has(word));
  if (from <= 0) return undefined;
  const at = words[from] === "only" ? from + 1 : from;
  return namesIn(tokens.slice(at))[0]?.at(-1);
}

const KEYWORDS: ReadonlySet<string> = new Set(
  "alter table column create index default constraint unique primary foreign references check update delete where insert using cascade concurrently exists".split(
    " ",
  ),
);
