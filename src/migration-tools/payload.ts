import { inSequence } from "./revisions.ts";
import { folderSetting, foldersOf, scriptsIn, withExtensions } from "./scripts.ts";
import type { Tool } from "./tool.ts";

const CONFIGURATIONS = ["payload.config", "src/payload.config"].flatMap((name) => withExtensions(name, ["ts", "js", "mjs"]));

/** Payload with its Postgres adapter. The configuration must read the URL from `DATABASE_URL`. Documentation: payloadcms.com/docs, "Migrations". */
export const payload: Tool = {
  name: "payload",
  expects:
    "payload.config.ts (or .js) here or in src/, the npm package @payloadcms/db-postgres, and migrations in src/migrations/ or migrations/",
  async find(repository, given) {
    if (!(await repository.depends("@payloadcms/db-postgres")) && !(await repository.depends("@payloadcms/db-vercel-postgres"))) {
      return undefined;
    }
    const evidence = await repository.first(...CONFIGURATIONS);
    if (evidence === undefined) return undefined;
    const named = given ?? folderSetting((await repository.read(evidence)) ?? "", "migrationDir", evidence);
    // Payload takes the first folder that exists, also if it is empty.
    const folder = await repository.first(...foldersOf(named, ["src/migrations", "dist/migrations", "migrations"]));
    const files = folder === undefined ? [] : await scriptsIn(repository, folder);
    if (folder === undefined || files.length === 0) return undefined;
    return {
      tool: "payload",
      evidence,
      command: "payload migrate",
      files: [evidence, `${folder}/**`],
      versionTable: {
        tables: ["public.payload_migrations"],
        name: "payload_migrations",
        // In development Payload records changes without a migration as a batch of -1.
        query: (table) => `select name as id from ${table} where batch > 0 order by name`,
        holds: "all",
      },
      revisions: inSequence(files),
      package: "payload",
    };
  },
};
