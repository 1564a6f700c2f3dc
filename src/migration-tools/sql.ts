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
      const files = (await repository.list(folder)).filter((file) => file.endsWith(".sql"));
      const ups = files.filter((file) => !file.endsWith(".down.sql"));
      const [first] = ups;
      if (first === undefined) continue;
      await refuseForeignSql(repository, folder, files);
      await refuseNestedSql(repository, folder);
      // The command is part of the fingerprint, so it must not contain the path of this installation.
      const program = `node "$APPLY_SQL" ${posixWord(folder)}`;
      const downs = new Set(files.filter((file) => file.endsWith(".down.sql")).map((file) => file.slice(0, -".down.sql".length)));
      return {
        tool: "sql",
        evidence: first,
        command: `${program} up`,
        shown: "offshoot migrate",
        files: [`${folder}/**/*.sql`],
        versionTable: {
          tables: ["offshoot.applied"],
          name: "offshoot.applied",
          query: (table) => `select name as id from ${table} order by name`,
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

/** The name of a migration: the file name without `.sql` or `.up.sql`. */
export function sqlName(file: string): string {
  return file.replace(/^.*\//, "").replace(/(\.up)?\.sql$/, "");
}
