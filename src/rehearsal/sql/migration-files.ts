import type { Place } from "../../findings/finding.ts";
import { fileOfMigration, type MigrationFile } from "./file-of-migration.ts";
import { tokensOfFile } from "./psql-file.ts";
import { keyOf, statementsIn } from "../../postgres/sql/split.ts";
import type { Token } from "../../postgres/sql/tokens.ts";

/** Finds statements and names in the migration files. */
export interface MigrationFiles {
  /** Where this statement is written. The same array for the same text. */
  placesOf(tokens: readonly Token[]): readonly Place[];
  /** Where this statement is written first in one file. */
  findIn(file: string, tokens: readonly Token[]): Place | undefined;
  /** The file of a migration, by its name or id. */
  fileOf(name: string): string | undefined;
  /** The first line of a file, in whatever language, in which the text of this statement begins. */
  lineOf(path: string, tokens: readonly Token[]): number | undefined;
  /** The first line of a file that contains the first of these names that is in it, as a word in any case. Not an import and not a comment. */
  lineWith(path: string, names: readonly string[]): number | undefined;
  /** The line in which the changes of a migration in another language begin. 1: not known. */
  firstLineOf(path: string): number;
  /** The texts of all files. */
  readonly texts: readonly string[];
}

/** Statements that every tool sends itself, such as `begin`, are not searched. */
const SHORTEST = 3;

/** So many tokens show which statement it is. A later one can be a value that the code puts in. */
const MOST_TOKENS = 8;
const LONGEST_TOKEN = 100;

/** A quote in a string of another language has a backslash before it. */
function patternOf({ text }: Token): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&").replaceAll(/["']/g, "\\\\?$&");
}

/** Lines of another language that change nothing: imports and comments. */
const WITHOUT_CHANGES = /^\s*((import|from|use|using|package|require)\b|(const|let|var)\b.*\brequire\(|#|\/\/|\/?\*|--|"""|''')/;
/** Where the migrations of the known tools begin. */
const BEGIN = /^\s*(operations\s*=|def (upgrade|up|change)\b|(public |static )*(async )?(function )?up\s*\(|.*\bup\s*[=:])/;

const NOWHERE: readonly Place[] = [];

/** No tool sends these itself. They can be two words, or one. */
const OWN_COMMANDS: ReadonlySet<string> = new Set(["vacuum", "cluster", "analyze", "truncate", "execute"]);

/** A DO block is a word and a string. */
function isSearched(tokens: readonly Token[]): boolean {
  return tokens.length >= SHORTEST || OWN_COMMANDS.has(tokens[0]?.text.toLowerCase() ?? "") || tokens.some(({ kind }) => kind === "string");
}

export function migrationFiles(files: readonly MigrationFile[]): MigrationFiles {
  const places = new Map<string, Place[]>();
  for (const { path, text } of files) {
    if (!path.endsWith(".sql")) continue;
    for (const { tokens, line } of statementsIn(text, tokensOfFile(text))) {
      if (!isSearched(tokens)) continue;
      const key = keyOf(tokens);
      const others = places.get(key);
      if (others === undefined) places.set(key, [{ file: path, line }]);
      else others.push({ file: path, line });
    }
  }
  const placesOf = (tokens: readonly Token[]): readonly Place[] => (isSearched(tokens) ? places.get(keyOf(tokens)) : undefined) ?? NOWHERE;
  return {
    texts: files.map(({ text }) => text),
    placesOf,
    findIn: (file, tokens) => placesOf(tokens).find((place) => place.file === file),
    fileOf: (name) => fileOfMigration(name, files),
    lineOf(path, tokens) {
      const text = files.find((file) => file.path === path)?.text;
      const long = tokens.findIndex((token) => token.text.length > LONGEST_TOKEN);
      const begin = tokens.slice(0, Math.min(MOST_TOKENS, long < 0 ? MOST_TOKENS : long));
      if (text === undefined || begin.length < SHORTEST) return undefined;
      const index = text.search(new RegExp(begin.map(patternOf).join("\\s*"), "i"));
      return index < 0 ? undefined : text.slice(0, index).split("\n").length;
    },
    lineWith(path, names) {
      const text = files.find((file) => file.path === path)?.text;
      if (text === undefined) return undefined;
      const lines = text.split("\n");
      for (const name of names) {
        const word = new RegExp(`(?<![\\w$])${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\w$])`, "i");
        const at = lines.findIndex((line) => word.test(line) && !WITHOUT_CHANGES.test(line));
        if (at >= 0) return at + 1;
      }
      return undefined;
    },
    firstLineOf(path) {
      const lines = files.find((file) => file.path === path)?.text.split("\n") ?? [];
      return Math.max(1, lines.findIndex((line) => BEGIN.test(line)) + 1);
    },
  };
}
