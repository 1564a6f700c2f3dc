import { programFile } from "../program.ts";
import { inSequence } from "./revisions.ts";
import { word } from "./shell.ts";
import type { Tool } from "./tool.ts";

const FOLDERS = ["migrations", "db/migrations", "sql/migrations"];

/**
 * A folder of SQL files, applied by offshoot itself in the order of their names and recorded in `offshoot.applied`.
 * `NAME.down.sql` beside `NAME.sql` (or `NAME.up.sql`) is the way back. Each file and its record are one transaction;
 * a file whose only statement can't be in one, such as `CREATE INDEX CONCURRENTLY`, runs by itself.
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
      // The command is part of the fingerprint, so where offshoot is installed must not show in it.
      const program = `node "$APPLY_SQL" ${word(folder)}`;
      const downs = new Set(files.filter((file) => file.endsWith(".down.sql")).map((file) => file.slice(0, -".down.sql".length)));
      return {
        tool: "sql",
        evidence: first,
        command: `${program} up`,
        files: [`${folder}/**/*.sql`],
        ledger: { tables: ["offshoot.applied"], query: "select name as id from offshoot.applied order by name", holds: "all" },
        revisions: inSequence(ups, sqlName).map((each) => ({ ...each, name: each.id })),
        moves: {
          up: (_applied, next) => `${program} up ${next.length}`,
          down: (applied) => {
            const id = applied.at(-1)?.id ?? "";
            return downs.has(`${folder}/${id}`) ? `${program} down` : undefined;
          },
        },
        env: () => ({ APPLY_SQL: programFile("migration-tools/apply") }),
      };
    }
    return undefined;
  },
};

/** A migration's name: its file's without `.sql` or `.up.sql`. */
export function sqlName(file: string): string {
  return file.replace(/^.*\//, "").replace(/(\.up)?\.sql$/, "");
}
