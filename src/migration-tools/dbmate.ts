import { environmentSetting } from "./environment-setting.ts";
import { noteOfIgnored } from "./ignored-files.ts";
import { inSequence, leadingNumber } from "./revisions.ts";
import type { Repository } from "./repository.ts";
import { firstFolder, plainFolder, quotedName } from "./scripts.ts";
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
    const named = await settingsIn(repository);
    const folders = named.folder === undefined ? FOLDERS : [plainFolder(named.folder)];
    const found = await firstFolder(given === undefined ? folders : [given], async (each) => {
      const all = (await repository.list(each)).filter((file) => /\/\d[^/]*\.sql$/.test(file));
      const last = all.at(-1);
      return last !== undefined && /^--\s*migrate:up/m.test((await repository.read(last)) ?? "") ? all : [];
    });
    if (found === undefined) return undefined;
    const { folder, files } = found;
    const newest = files.at(-1) ?? "";
    const { table = "schema_migrations" } = named;
    const others = (await repository.list(folder)).filter((file) => /\/[^./\d][^/]*\.sql$/.test(file));
    const options = named.table === undefined ? "" : ` --migrations-table ${posixWord(named.table)}`;
    const program = `dbmate --no-dump-schema -d ${posixWord(folder)}${options}`;
    return {
      tool: "dbmate",
      evidence: `\`-- migrate:up\` in ${newest}`,
      command: `${program} migrate`,
      files: [`${folder}/**`],
      versionTable: {
        tables: [table.includes(".") ? table : `public.${table}`],
        name: quotedName(table),
        query: (from) => `select version as id from ${from} order by version`,
        holds: "all",
      },
      revisions: inSequence(files, leadingNumber),
      stepCommands: {
        up: (applied, next) =>
          withOnly(files.slice(0, applied.length + next.length), `dbmate --no-dump-schema -d "$only"${options} migrate`),
        down: () => `${program} rollback`,
      },
      ...noteOfIgnored(others, "dbmate", "runs files with names such as 20240101000000_name.sql only"),
      env: (url) => ({ DATABASE_URL: goUrl(url) }),
    };
  },
};

/**
 * The folder and the version table, which dbmate reads from the environment or `.env`, or a script gives to it. The scripts count only if they agree.
 */
async function settingsIn(repository: Repository): Promise<{ readonly folder?: string; readonly table?: string }> {
  const commands = [...((await repository.read("package.json")) ?? "").matchAll(/\bdbmate\b([^"&|;]*)/g)].map(
    ([, options = ""]) => options,
  );
  const setting = async (name: string, flag: RegExp): Promise<string | undefined> => {
    const values = new Set(commands.flatMap((options) => flag.exec(options)?.[1] ?? []));
    return (values.size === 1 ? [...values][0] : undefined) ?? environmentSetting(repository, name);
  };
  const folder = await setting("DBMATE_MIGRATIONS_DIR", /(?:^|\s)(?:-d|--migrations-dir)[\s=]+\\?'?([\w./-]+)/);
  const table = await setting("DBMATE_MIGRATIONS_TABLE", /(?:^|\s)--migrations-table[\s=]+\\?'?([\w.]+)/);
  return { ...(folder === undefined ? {} : { folder }), ...(table === undefined ? {} : { table }) };
}

/** Runs `command` with `$only`, a folder with only these files, because dbmate cannot stop at a given migration. */
function withOnly(files: readonly string[], command: string): string {
  const copied = files.length === 0 ? "true" : `cp ${files.map((each) => posixWord(each)).join(" ")} "$only"`;
  return `only=$(mktemp -d) && ${copied} && ${command}; status=$?; rm -rf "$only"; exit $status`;
}
