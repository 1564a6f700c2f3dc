import { basename } from "node:path";
import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import { inSequence } from "./revisions.ts";
import { firstFolder, plainFolder, quotedName, scriptsIn, textSetting } from "./scripts.ts";
import type { Tool } from "./tool.ts";

const CONFIGURATIONS = ["config/config.json", "config/config.js", "config/config.cjs", "config/database.js", "src/config/config.js"];
const FOLDERS = ["migrations", "db/migrations", "src/migrations", "src/database/migrations", "database/migrations", "src/db/migrations"];

/**
 * Sequelize, with its program sequelize-cli. It runs each file that is not recorded, in the order of the names. Documentation:
 * sequelize.org, "Migrations", and sequelize-cli's `--help`.
 */
export const sequelize: Tool = {
  name: "sequelize",
  expects: `the npm package sequelize-cli among the dependencies, and migrations in migrations/ or the folder of .sequelizerc`,
  async find(repository, given) {
    if (!(await repository.depends("sequelize-cli"))) return undefined;
    const paths = (await repository.read(".sequelizerc")) ?? "";
    const named = pathIn(paths, "migrations-path");
    // A folder that .sequelizerc computes is not one of the defaults.
    const defaults = named === undefined && paths.includes("migrations-path") ? [] : [...(named ?? []), ...FOLDERS];
    const found = await firstFolder(given === undefined ? defaults : [given], (folder) => scriptsIn(repository, folder));
    if (found === undefined) return undefined;
    const configuration = await repository.first(...(pathIn(paths, "config") ?? []), ...CONFIGURATIONS);
    const text = configuration === undefined ? "" : ((await repository.read(configuration)) ?? "");
    // With `--url` sequelize-cli does not read the configuration, whose environments differ by NODE_ENV.
    const isConfigured = text.includes("migrationStorage");
    const flags = [
      ...(named?.includes(found.folder) === true || found.folder === "migrations" ? [] : ["--migrations-path", posixWord(found.folder)]),
      ...(isConfigured ? [] : ['--url "$DATABASE_URL"']),
    ];
    const program = (action: string): string => ["sequelize-cli", action, ...flags].join(" ");
    const [schema, table = "SequelizeMeta"] = ["Schema", "Name"].map((key) => textSetting(text, `migrationStorageTable${key}`));
    return {
      tool: "sequelize",
      evidence: "sequelize-cli in package.json",
      command: program("db:migrate"),
      files: [
        ...(await present(repository, ".sequelizerc")),
        ...(configuration === undefined ? [] : [configuration]),
        `${found.folder}/**`,
      ],
      versionTable: {
        tables: [`${schema ?? "public"}.${table}`],
        name: quotedName(schema === undefined ? table : `${schema}.${table}`),
        query: (from) => `select name as id from ${from} order by name`,
        holds: "all",
      },
      revisions: inSequence(found.files, (name) => basename(name)),
      stepCommands: {
        up: (_applied, next) => program(`db:migrate --to ${posixWord(next.at(-1)?.id ?? "")}`),
        down: (applied) => program(`db:migrate:undo --name ${posixWord(applied.at(-1)?.id ?? "")}`),
      },
      package: "sequelize-cli",
    };
  },
};

/** A path of `.sequelizerc`, such as `path.resolve("src", "migrations")` or `path.join(__dirname, "db/migrations")`. */
function pathIn(text: string, key: string): readonly string[] | undefined {
  const value = new RegExp(`["']${key}["']\\s*:\\s*([\\w.]+\\s*\\([^)]*\\)|[^,\\n]*)`).exec(text)?.[1] ?? "";
  const parts = [...value.matchAll(/["'`]([^"'`]+)["'`]/g)].map(([, part = ""]) => part);
  return parts.length === 0 ? undefined : [plainFolder(parts.join("/"))];
}

async function present(repository: Repository, path: string): Promise<readonly string[]> {
  return (await repository.first(path)) === undefined ? [] : [path];
}
