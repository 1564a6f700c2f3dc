import { inSequence, leadingNumber } from "./revisions.ts";
import type { Tool } from "./tool.ts";

/**
 * Ecto. The repository's configuration must read the URL from `DATABASE_URL`. Documentation: hexdocs.pm/ecto_sql, "mix ecto.migrate".
 */
export const ecto: Tool = {
  name: "ecto",
  expects: "mix.exs, and migrations in priv/repo/migrations/",
  async find(repository, folder = "priv/repo/migrations") {
    if ((await repository.first("mix.exs")) === undefined) return undefined;
    const files = (await repository.list(folder)).filter((file) => /\/\d+_[^/]*\.exs$/.test(file));
    if (files.length === 0) return undefined;
    const flags = folder === "priv/repo/migrations" ? "" : ` --migrations-path ${folder}`;
    return {
      tool: "ecto",
      evidence: "mix.exs",
      command: `mix ecto.migrate${flags}`,
      files: [`${folder}/**`],
      versionTable: {
        tables: ["public.schema_migrations"],
        name: "schema_migrations",
        query: (table) => `select version::pg_catalog.text as id from ${table} order by version`,
        holds: "all",
      },
      revisions: inSequence(files, (name) => String(BigInt(leadingNumber(name)))),
      stepCommands: {
        up: (_applied, next) => `mix ecto.migrate --step ${next.length}${flags}`,
        down: () => `mix ecto.rollback --step 1${flags}`,
        irreversible: /cannot reverse migration command|Ecto\.MigrationError/,
      },
    };
  },
};
