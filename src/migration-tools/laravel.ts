import { posixWord } from "../shell-command.ts";
import { inSequence } from "./revisions.ts";
import type { Tool } from "./tool.ts";

/** Laravel. Packages have migrations of their own, so the version table can contain more. Documentation: laravel.com/docs, "Migrations". */
export const laravel: Tool = {
  name: "laravel",
  expects: "artisan, and migrations in database/migrations/",
  async find(repository, folder = "database/migrations") {
    if ((await repository.first("artisan")) === undefined) return undefined;
    const files = (await repository.list(folder)).filter((file) => /\/\d[^/]*\.php$/.test(file));
    if (files.length === 0) return undefined;
    const flags = folder === "database/migrations" ? "" : ` --path=${posixWord(folder)}`;
    return {
      tool: "laravel",
      evidence: "artisan",
      command: `php artisan migrate --force${flags}`,
      files: [`${folder}/**`],
      versionTable: {
        tables: ["public.migrations"],
        name: "migrations",
        query: (table) => `select migration as id from ${table} order by id`,
        holds: "all",
      },
      revisions: inSequence(files).map((revision) => ({ ...revision, sequence: "application" })),
      stepCommands: {
        up: (_applied, next) =>
          `php artisan migrate --force ${next.map(({ id }) => `--path=${posixWord(`${folder}/${id}.php`)}`).join(" ")}`,
        down: () => `php artisan migrate:rollback --force --step=1${flags}`,
      },
      // Laravel 11 reads `DB_URL`, the versions before it `DATABASE_URL`. Variables of the process come before `.env`.
      env: (url) => ({ DB_CONNECTION: "pgsql", DB_URL: url }),
    };
  },
};
