import { OffshootError } from "../errors.ts";
import { programFile } from "../program.ts";
import { refuseForeignSql } from "./foreign-sql.ts";
import { refuseNestedSql } from "./nested-sql.ts";
import { inSequence } from "./revisions.ts";
import { posixWord } from "../shell-command.ts";
import type { Tool } from "./tool.ts";

const FOLDERS = ["migrations", "db/migrations", "sql/migrations"];

/**
 * A folder of SQL files. offshoot applies them in the order of their names and records them in `offshoot.applied`.
 * `NAME.down.sql` is the rollback of `NAME.sql` or `NAME.up.sql`. Each file and its record are one transaction. A file
 * with a single statement that cannot run in a transaction, such as `CREATE INDEX CONCURRENTLY`, runs without one.
 */
export const sql: Tool = {
  name: "sql",
  expects: `.sql files in ${FOLDERS.join("/, ")}/`,
  async find(repository, given) {
    for (const folder of given === undefined ? FOLDERS : [given]) {
      const files = (await repository.list(folder)).filter(isSqlFile);
      const ups = files.filter(isUpFile);
      const [first] = ups;
      if (first === undefined) continue;
      await refuseForeignSql(repository, folder, files);
      await refuseNestedSql(repository, folder);
      // The command is part of the fingerprint, so it must not contain the path of this installation.
      const program = `node "$APPLY_SQL" ${posixWord(folder)}`;
      const downs = new Set(files.filter((file) => file.endsWith(".down.sql")).map((file) => file.slice(0, -".down.sql".length)));
      refuseSameName(ups, folder);
      return {
        tool: "sql",
        evidence: first,
        command: `${program} up`,
        shown: "offshoot migrate",
        // Each pattern matches a file, and the case counts on most systems.
        files: ["sql", "SQL"].flatMap((ending) => (files.some((file) => file.endsWith(`.${ending}`)) ? [`${folder}/**/*.${ending}`] : [])),
        ...leavesOf(ups.map(sqlName)),
        versionTable: {
          tables: ["offshoot.applied"],
          name: "offshoot.applied",
          query: (table) => `select name as id from ${table} order by name`,
          // An earlier version of offshoot made the table without this column.
          contents: (table) => `select pg_catalog.to_json(a) operator(pg_catalog.->>) 'content' as id from ${table} a`,
          holds: "all",
        },
        revisions: inSequence(ups, sqlName).map((each) => ({ ...each, name: each.id })),
        stepCommands: {
          up: (_applied, next) => `${program} up ${next.length}`,
          down: (applied) => {
            const id = applied.at(-1)?.id ?? "";
            return downs.has(`${folder}/${id}`) ? `${program} down` : undefined;
          },
        },
        env: () => ({ APPLY_SQL: programFile("migration-tools/apply-sql") }),
      };
    }
    return undefined;
  },
};

/** A note where the numbers of the files have another order than their names: `10_a` comes before `2_a`. */
function leavesOf(names: readonly string[]): { readonly leaves?: string } {
  const numbers = names.map((name) => BigInt(/^\d+/.exec(name)?.[0] ?? -1));
  const at = numbers.findIndex((number, place) => number >= 0n && (numbers[place - 1] ?? -1n) > number);
  if (at === -1) return {};
  return {
    leaves: `Plain SQL applies files in the order of their names, so ${names[at - 1] ?? ""} came before ${names[at] ?? ""}. If the numbers are meant as numbers, write them with the same number of digits.`,
  };
}

/** Hidden files are copies of an editor or of macOS, such as `._001.sql`. Systems that ignore the case write `1.SQL`. */
function isSqlFile(file: string): boolean {
  return /(?:^|\/)[^./][^/]*\.sql$/i.test(file);
}

/** Whether a file of the folder is a migration, and not a rollback. */
export function isUpFile(file: string): boolean {
  return isSqlFile(file) && !/\.down\.sql$/i.test(file);
}

/** The name of a migration: the file name without `.sql` or `.up.sql`. */
export function sqlName(file: string): string {
  return file.replace(/^.*\//, "").replace(/(\.up)?\.sql$/i, "");
}

/** Throws `TOOL_UNSUITABLE` when two files would be recorded under one name, so that the second would not run. */
function refuseSameName(files: readonly string[], folder: string): void {
  const names = files.map(sqlName);
  const second = files.findIndex((_, at) => names.indexOf(names[at] ?? "") < at);
  if (second === -1) return;
  const [name = "", file = ""] = [names[second], files[second]];
  throw new OffshootError("TOOL_UNSUITABLE", `${files[names.indexOf(name)] ?? ""} and ${file} have the same name, ${name}.`, {
    meaning: "Plain SQL records each migration by its name, so only one of them would be applied. No migration was run.",
    remedy: `Rename one of them. If another tool applies the files in ${folder}, set migrations.command to its command.`,
    facts: { file },
  });
}
