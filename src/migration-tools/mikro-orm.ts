import { posixWord } from "../shell-command.ts";
import { inSequence } from "./revisions.ts";
import { sectionsOf } from "./js-settings.ts";
import { firstFolder, folderSetting, foldersOf, quotedName, scriptsIn, textSetting, withExtensions } from "./scripts.ts";
import type { Tool } from "./tool.ts";

const CONFIGURATIONS = ["mikro-orm.config", "src/mikro-orm.config"].flatMap((name) => withExtensions(name, ["ts", "js", "mjs", "cjs"]));
const FOLDERS = ["migrations", "src/migrations", "dist/migrations"];

/** MikroORM. The configuration must read the URL from `DATABASE_URL`. Documentation: mikro-orm.io, "Migrations". */
export const mikroOrm: Tool = {
  name: "mikro-orm",
  expects: "the npm package @mikro-orm/migrations among the dependencies, mikro-orm.config.ts (or .js) here or in src/, and migrations",
  async find(repository, given) {
    if (!(await repository.depends("@mikro-orm/migrations"))) return undefined;
    const evidence = await repository.first(...CONFIGURATIONS);
    if (evidence === undefined) return undefined;
    const text = (await repository.read(evidence)) ?? "";
    const settings = sectionsOf(text, "migrations")[0] ?? "";
    // Both can be set: the compiled migrations, and their sources.
    const named = ["pathTs", "path"].map((key) => folderSetting(settings, key, evidence)).filter((setting) => setting !== undefined);
    const folders = named.length === 0 ? FOLDERS : named.flatMap((setting) => foldersOf(setting, []));
    const found = await firstFolder(given === undefined ? folders : [given], (folder) => scriptsIn(repository, folder));
    if (found === undefined) return undefined;
    const table = textSetting(settings, "tableName") ?? "mikro_orm_migrations";
    return {
      tool: "mikro-orm",
      evidence,
      command: "mikro-orm migration:up",
      // MikroORM writes the snapshot of the schema after it has migrated.
      files: [evidence, `${found.folder}/**`, `!${found.folder}/.snapshot-*.json`],
      versionTable: {
        tables: [table.includes(".") ? table : `public.${table}`],
        name: quotedName(table),
        query: (from) => `select name as id from ${from} order by id`,
        holds: "all",
      },
      revisions: inSequence(found.files),
      stepCommands: {
        up: (_applied, next) => `mikro-orm migration:up --to ${posixWord(next.at(-1)?.id ?? "")}`,
        down: (applied) => `mikro-orm migration:down --only ${posixWord(applied.at(-1)?.id ?? "")}`,
      },
      package: "@mikro-orm/migrations",
    };
  },
};
