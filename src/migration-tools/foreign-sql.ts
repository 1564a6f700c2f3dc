import { OffshootError } from "../errors.ts";
import type { Repository } from "./repository.ts";

interface Form {
  readonly tool: string;
  /** Matches a line of a file in the form of this tool. */
  readonly line?: RegExp;
  /** Matches the name of such a file. */
  readonly name?: RegExp;
  /** A command that applies the files. */
  readonly command: string;
}

/**
 * SQL files of tools that keep both directions, or their own instructions, in one file. psql would run all of it.
 * Source: the documentation of each tool on migrations in SQL.
 */
const FORMS: readonly Form[] = [
  { tool: "node-pg-migrate", line: /^\s*--[-\s]*(?:up|down)\s+migration\b/im, command: "node-pg-migrate up" },
  { tool: "dbmate", line: /^\s*--\s*migrate:(?:up|down)\b/m, command: "dbmate up" },
  { tool: "goose", line: /^\s*--\s*\+goose\s+\w+/m, command: 'goose postgres "$DATABASE_URL" up' },
  { tool: "sql-migrate", line: /^\s*--\s*\+migrate\s+\w+/m, command: "sql-migrate up" },
  { tool: "Liquibase", line: /^\s*--\s*(?:liquibase\s+formatted\s+sql|changeset\s+\S+:\S+)/im, command: "liquibase update" },
  { tool: "MyBatis Migrations", line: /^\s*--\s*\/\/\s*@UNDO\b/im, command: "migrate up" },
  { tool: "Sqitch", line: /^\s*--\s*(?:Deploy|Revert|Verify)\s+\S+\s+(?:to|from|on)\s+pg\b/im, command: "sqitch deploy" },
  { tool: "rambler", line: /^\s*--\s*rambler\s+(?:up|down)\b/m, command: "rambler apply --all" },
  { tool: "Flyway", name: /(?:^|\/)[VUR]\d*(?:[._]\d+)*__\w[^/]*\.sql$/, command: "flyway migrate" },
];

// The first files show the form. A repository can have thousands.
const MOST_FILES = 20;

/** Throws `TOOL_UNSUITABLE` when SQL files are in the form of another tool, since they cannot run as plain SQL. */
export async function refuseForeignSql(repository: Repository, folder: string, files: readonly string[]): Promise<void> {
  for (const file of [...files.slice(0, MOST_FILES), ...files.slice(-1)]) {
    const text = (await repository.read(file)) ?? "";
    const form = FORMS.find(({ line, name }) => line?.test(text) === true || name?.test(file) === true);
    if (form === undefined) continue;
    throw new OffshootError("TOOL_UNSUITABLE", `${file} is in the form of ${form.tool}, which was not found here.`, {
      meaning: `As plain SQL, offshoot would run everything in it, such as the rollback. No migration was run.`,
      remedy: `Set migrations.command in offshoot.yaml to its command, such as \`${form.command}\`, and migrations.files to \`${folder}/**\`. If the tool is in another folder of the repository, set migrations.directory to that folder.`,
      facts: { file, tool: form.tool },
    });
  }
}
