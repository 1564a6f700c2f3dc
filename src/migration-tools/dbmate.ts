import { inSequence, leadingNumber } from "./revisions.ts";
import { firstFolder } from "./scripts.ts";
import { posixWord } from "../shell-command.ts";
import { goUrl } from "./shell.ts";
import type { Tool } from "./tool.ts";

/** dbmate's own folder, and those to which its option `-d` is often set. */
const FOLDERS = ["db/migrations", "migrations", "sql/migrations", "database/migrations"];

/**
 * dbmate. Its command `up` also creates the database, so `migrate` is used. Documentation: github.com/amacneil/dbmate,
 * "Command Line Options".
 */
export const dbmate: Tool = {
  name: "dbmate",
  expects: `migrations with \`-- migrate:up\` in ${FOLDERS.join("/, ")}/`,
  async find(repository, given) {
    const found = await firstFolder(given === undefined ? FOLDERS : [given], async (each) => {
      const all = (await repository.list(each)).filter((file) => /\/\d[^/]*\.sql$/.test(file));
      const last = all.at(-1);
      return last !== undefined && /^--\s*migrate:up/m.test((await repository.read(last)) ?? "") ? all : [];
    });
    if (found === undefined) return undefined;
    const { folder, files } = found;
    const newest = files.at(-1) ?? "";
    const program = `dbmate --no-dump-schema -d ${posixWord(folder)}`;
    return {
      tool: "dbmate",
      evidence: `\`-- migrate:up\` in ${newest}`,
      command: `${program} migrate`,
      files: [`${folder}/**`],
      versionTable: {
        tables: ["public.schema_migrations"],
        name: "schema_migrations",
        query: (table) => `select version as id from ${table} order by version`,
        holds: "all",
      },
      revisions: inSequence(files, leadingNumber),
      stepCommands: {
        up: (applied, next) => withOnly(files.slice(0, applied.length + next.length), 'dbmate --no-dump-schema -d "$only" migrate'),
        down: () => `${program} rollback`,
      },
      env: (url) => ({ DATABASE_URL: goUrl(url) }),
    };
  },
};

/** Runs `command` with `$only`, a folder with only these files, because dbmate cannot stop at a given migration. */
function withOnly(files: readonly string[], command: string): string {
  const copied = files.length === 0 ? "true" : `cp ${files.map((each) => posixWord(each)).join(" ")} "$only"`;
  return `only=$(mktemp -d) && ${copied} && ${command}; status=$?; rm -rf "$only"; exit $status`;
}
