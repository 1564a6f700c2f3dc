import { OffshootError } from "../errors.ts";
import type { Repository } from "./repository.ts";
import { placeholderIn } from "./sql-words.ts";
import { onlyDrops, signOfRollback } from "./undone-sql.ts";

interface Form {
  readonly tool: string;
  /** Matches a line of a file in the form of this tool. */
  readonly line?: RegExp;
  /** Matches the name of such a file. */
  readonly name?: RegExp;
  /** A command that applies the files of a folder. */
  readonly command: (folder: string) => string;
}

/**
 * SQL files of tools that keep both directions, or their own instructions, in one file. psql would run all of it.
 * Source: the documentation of each tool on migrations in SQL.
 */
const FORMS: readonly Form[] = [
  { tool: "node-pg-migrate", line: /^\s*--[-\s]*(?:up|down)\s+migration\b/im, command: (folder) => `node-pg-migrate -m ${folder} up` },
  { tool: "dbmate", line: /^\s*--\s*migrate:(?:up|down)\b/m, command: (folder) => `dbmate -d ${folder} migrate` },
  { tool: "goose", line: /^\s*--\s*\+goose\s+\w+/m, command: (folder) => `goose -dir ${folder} postgres "$DATABASE_URL" up` },
  { tool: "sql-migrate", line: /^\s*--\s*\+migrate\s+\w+/m, command: () => "sql-migrate up" },
  { tool: "Liquibase", line: /^\s*--\s*(?:liquibase\s+formatted\s+sql|changeset\s+\S+:\S+)/im, command: () => "liquibase update" },
  { tool: "MyBatis Migrations", line: /^\s*--\s*\/\/\s*@UNDO\b/im, command: () => "migrate up" },
  { tool: "Sqitch", line: /^\s*--\s*(?:Deploy|Revert|Verify)\s+\S+\s+(?:to|from|on)\s+pg\b/im, command: () => "sqitch deploy" },
  { tool: "rambler", line: /^\s*--\s*rambler\s+(?:up|down)\b/m, command: () => "rambler apply --all" },
  { tool: "tern", line: /^\s*-{2,}\s*create above\s*\/\s*drop below\s*-{2,}/im, command: (folder) => `tern migrate -m ${folder}` },
  { tool: "Play evolutions", line: /^\s*(?:#|--)\s*---\s*!(?:Ups|Downs)\b/m, command: () => "sbt run" },
  { tool: "micrate", line: /^\s*--\s*\+micrate\s+\w+/m, command: () => "micrate up" },
  { tool: "shmig", line: /^\s*--\s*={2,}\s*(?:UP|DOWN)\s*={2,}/m, command: (folder) => `shmig -t postgresql -m ${folder} up` },
  { tool: "graphile-migrate", line: /^--! (?:Previous|Hash): /m, command: () => "graphile-migrate migrate" },
  { tool: "Postgrator", name: /(?:^|\/)\d+\.(?:do|undo)(?:\.[^/]*)?\.sql$/i, command: () => "postgrator" },
  {
    tool: "Flyway",
    name: /(?:^|\/)[VUR]\d*(?:[._]\d+)*__\w[^/]*\.sql$/,
    command: (folder) => `flyway -locations=filesystem:${folder} migrate`,
  },
];

/** A comment that begins the rollback in a file: `-- DOWN`, `-- ### rollback ###`. */
const ROLLBACK =
  /^[ \t]*--[-\s=*#@!+/[({]*(?:migrat(?:e|ion)[ :]*)?(?:downs?|downgrade|undo|rollback|roll back|revert|backwards?)[-\s=*#:/\])}]*(?:migration|script|sql)?[-\s=*#:]*$/im;
/** Parts of the name of a file with a rollback, and of the other half. `NAME.down.sql` is the rollback of plain SQL. */
const ROLLBACK_PART = /^(?:downs?|downgrade|downwards?|undo|rollback|rb|revert|reverse|backwards?|teardown)$/;
const OTHER_PART = /^(?:up|upgrade|upwards?|do|deploy|apply|forwards?|migrate)$/;
const PLAIN_ROLLBACK = /\.down\.sql$/i;

/** What `drift --repair --format sql` writes: its names are those of a database, in which `"${a}"` is a name as any other. */
const OWN_REPAIR = /_offshoot_repair\.sql$/;

// A form can begin in any file, where somebody changed the tool. A repository can have thousands.
const MOST_FILES = 300;

/** Throws `TOOL_UNSUITABLE` when SQL files are in the form of another tool, since they cannot run as plain SQL. */
export async function refuseForeignSql(repository: Repository, folder: string, files: readonly string[]): Promise<void> {
  for (const file of [...files.slice(0, MOST_FILES), ...files.slice(MOST_FILES).slice(-1)]) {
    const text = (await repository.read(file)) ?? "";
    const form = FORMS.find(({ line, name }) => line?.test(text) === true || name?.test(file) === true);
    if (form !== undefined) throw foreign(file, folder, form);
    const placeholder = OWN_REPAIR.test(file) ? undefined : placeholderIn(text);
    if (placeholder !== undefined) throw withPlaceholder(file, folder, placeholder);
    if (PLAIN_ROLLBACK.test(file)) continue;
    const rollback =
      hasRollback(text) ?? signOfRollback(text) ?? ((await isRollback(repository, file, text, files)) ? "its name" : undefined);
    if (rollback !== undefined) throw withRollback(file, folder, rollback);
  }
}

function foreign(file: string, folder: string, { tool, command }: Form): OffshootError {
  return new OffshootError("TOOL_UNSUITABLE", `${file} is in the form of ${tool}, which was not found here.`, {
    meaning: `As plain SQL, offshoot would run everything in it, such as the rollback. No migration was run.`,
    remedy: `Set migrations.command in offshoot.yaml to its command, such as \`${command(folder)}\`, and migrations.files to \`${folder}/**\`. If the tool is in another folder of the repository, set migrations.directory to that folder.`,
    facts: { file, tool },
  });
}

function withPlaceholder(file: string, folder: string, placeholder: string): OffshootError {
  return new OffshootError("TOOL_UNSUITABLE", `${file} contains the placeholder ${placeholder}, which plain SQL does not replace.`, {
    meaning: "The objects would have the placeholder itself in their names. No migration was run.",
    remedy: `Set migrations.command in offshoot.yaml to the command that replaces it and applies the files, and migrations.files to \`${folder}/**\`.`,
    facts: { file },
  });
}

function withRollback(file: string, folder: string, sign: string): OffshootError {
  return new OffshootError("TOOL_UNSUITABLE", `${file} contains a rollback, as ${sign} shows.`, {
    meaning: "As plain SQL, offshoot would run it after the migration, and undo it. No migration was run.",
    remedy: `If a tool or a script applies these files, set migrations.command in offshoot.yaml to its command, and migrations.files to \`${folder}/**\`. Otherwise move each rollback to NAME.down.sql, which offshoot runs only as a rollback.`,
    facts: { file },
  });
}

/** The comment with which the rollback in a file begins. A rollback that is itself a comment is never run. */
function hasRollback(text: string): string | undefined {
  const plain = text.replaceAll(/\$(\w*)\$[^]*?\$\1\$/g, "");
  const found = ROLLBACK.exec(plain);
  const after = plain.slice((found?.index ?? 0) + (found?.[0].length ?? 0)).replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, "");
  return found === null || after.trim() === "" ? undefined : `\`${found[0].trim()}\``;
}

/**
 * Whether a file is the rollback of another one: `1_shop_down.sql` or `undo_1_shop.sql` of `1_shop.sql`. One without a number, such
 * as `teardown.sql` beside numbered files, is if it only drops what these create. `7_revert_shop.sql` is a migration.
 */
async function isRollback(repository: Repository, file: string, text: string, files: readonly string[]): Promise<boolean> {
  const parts = partsOf(file);
  const rest = parts.filter((part) => !ROLLBACK_PART.test(part));
  if (rest.length === parts.length) return false;
  const others = files.filter((other) => other !== file && !PLAIN_ROLLBACK.test(other));
  const isOther = (other: string): boolean =>
    partsOf(other)
      .filter((part) => !OTHER_PART.test(part))
      .join(" ") === rest.join(" ");
  if (rest.length > 0 && others.some(isOther)) return true;
  if (parts.some((part) => /^v?\d/.test(part))) return false;
  const texts = await Promise.all(others.slice(0, MOST_FILES).map((other) => repository.read(other)));
  return onlyDrops(
    text,
    texts.map((each) => each ?? ""),
  );
}

function partsOf(file: string): readonly string[] {
  return file
    .replace(/^.*\//, "")
    .replace(/\.sql$/i, "")
    .toLowerCase()
    .split(/[\s._-]+/)
    .filter((part) => part !== "");
}
