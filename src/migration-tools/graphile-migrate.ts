import { basename } from "node:path";
import { inSequence } from "./revisions.ts";
import type { Tool } from "./tool.ts";

/** graphile-migrate. Its committed migrations have no rollback. Documentation: github.com/graphile/migrate, "Usage". */
export const graphileMigrate: Tool = {
  name: "graphile-migrate",
  expects: ".gmrc (or .gmrc.js, .gmrc.cjs), and migrations in migrations/committed/",
  async find(repository, given) {
    const evidence = await repository.first(".gmrc", ".gmrc.js", ".gmrc.cjs");
    if (evidence === undefined) return undefined;
    const named = /["']?migrationsFolder["']?\s*:\s*["']([^"']+)["']/.exec((await repository.read(evidence)) ?? "")?.[1];
    const folder = (given ?? named ?? "migrations").replace(/^\.\//, "").replace(/\/+$/, "");
    const files = (await repository.list(`${folder}/committed`)).filter((file) => /\/\d+[^/]*\.sql$/.test(file));
    if (files.length === 0) return undefined;
    return {
      tool: "graphile-migrate",
      evidence,
      command: "graphile-migrate migrate",
      files: [evidence, `${folder}/committed/**`],
      versionTable: {
        tables: ["graphile_migrate.*"],
        name: "graphile_migrate.migrations",
        query: (table) => `select filename as id from ${table} order by filename`,
        holds: "all",
      },
      revisions: inSequence(files, (name) => basename(name)),
      package: "graphile-migrate",
    };
  },
};
