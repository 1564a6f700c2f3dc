import { posix } from "node:path";
import { posixWord } from "../shell-command.ts";
import { inSequence } from "./revisions.ts";
import { firstFolder, folderSetting, foldersOf, quotedName, scriptsIn, textSetting, withExtensions } from "./scripts.ts";
import type { Tool } from "./tool.ts";

const CONFIGURATIONS = ["kysely.config", ".config/kysely.config"].flatMap((name) => withExtensions(name));

/**
 * Kysely, with its program kysely-ctl. The configuration must read the URL from `DATABASE_URL`. Kysely refuses a migration that
 * is older than the newest in the database. Documentation: kysely.dev, "Migrations", and github.com/kysely-org/kysely-ctl.
 */
export const kysely: Tool = {
  name: "kysely",
  expects: "kysely.config.ts (or .js, .mjs, .cjs), and migrations in migrations/ or its migrationFolder",
  async find(repository, given) {
    const evidence = await repository.first(...CONFIGURATIONS);
    if (evidence === undefined) return undefined;
    const text = (await repository.read(evidence)) ?? "";
    // A folder in the configuration is relative to the configuration.
    const here = posix.dirname(evidence);
    const named = folderSetting(text, "migrationFolder", evidence, here);
    const folders = foldersOf(given ?? named, [posix.join(here, "migrations"), "migrations", "src/migrations"]);
    // kysely-ctl leaves out every other file, unless it is allowed.
    const allowed = /\ballowJS\s*:\s*true\b/.test(text) ? /\.[cm]?[jt]s$/ : /\.[cm]?ts$/;
    const found = await firstFolder(folders, async (folder) => (await scriptsIn(repository, folder)).filter((file) => allowed.test(file)));
    if (found === undefined) return undefined;
    const schema = textSetting(text, "migrationTableSchema");
    const table = textSetting(text, "migrationTableName") ?? "kysely_migration";
    const lock = textSetting(text, "migrationLockTableName") ?? "kysely_migration_lock";
    return {
      tool: "kysely",
      evidence,
      command: program("latest"),
      files: [evidence, `${found.folder}/**`],
      versionTable: {
        tables: [table, lock].map((name) => `${schema ?? "public"}.${name}`),
        name: quotedName(schema === undefined ? table : `${schema}.${table}`),
        query: (from) => `select name as id from ${from} order by name`,
        holds: "all",
      },
      revisions: inSequence(found.files),
      stepCommands: {
        up: (_applied, next) => program(`up ${posixWord(next.at(-1)?.id ?? "")}`),
        down: () => program("down"),
      },
      package: "kysely-ctl",
    };
  },
};

/** The check for newer versions asks the registry. */
function program(action: string): string {
  return `kysely migrate ${action} --no-outdated-check`;
}
