import { noteOfIgnored } from "./ignored-files.ts";
import { inSequence, leadingNumber } from "./revisions.ts";
import { goUrl } from "./shell.ts";
import type { Tool } from "./tool.ts";

/**
 * Migrations of the Supabase CLI. They can need Supabase's own schemas, such as `auth`, which a plain Postgres does not have.
 * Documentation: supabase.com/docs, "supabase db push".
 */
export const supabase: Tool = {
  name: "supabase",
  expects: "supabase/config.toml, and SQL files in supabase/migrations/",
  async find(repository, folder = "supabase/migrations") {
    // The program always reads this folder.
    if (folder !== "supabase/migrations") return undefined;
    const evidence = await repository.first("supabase/config.toml");
    const listed = (await repository.list(folder)).filter((file) => /\/[^./][^/]*\.sql$/.test(file));
    const files = listed.filter((file) => /\/\d+_[^/]*\.sql$/.test(file));
    if (evidence === undefined || files.length === 0) return undefined;
    return {
      tool: "supabase",
      evidence,
      command: 'supabase db push --yes --include-all --db-url "$DATABASE_URL"',
      files: [evidence, `${folder}/**`],
      versionTable: {
        tables: ["supabase_migrations.*"],
        name: "supabase_migrations.schema_migrations",
        query: (table) => `select version as id from ${table} order by version`,
        holds: "all",
      },
      revisions: inSequence(files, leadingNumber),
      ...noteOfIgnored(
        listed.filter((file) => !files.includes(file)),
        "the Supabase CLI",
        "runs files with names such as 20240101000000_name.sql only",
      ),
      package: "supabase",
      env: (url) => ({ DATABASE_URL: goUrl(url) }),
    };
  },
};
