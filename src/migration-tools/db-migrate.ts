import { inSequence, stem } from "./revisions.ts";
import { posixWord } from "../shell-command.ts";
import type { Tool } from "./tool.ts";

/** db-migrate. `DATABASE_URL` overrides `database.json`. Documentation: db-migrate.readthedocs.io, "Configuration". */
export const dbMigrate: Tool = {
  name: "db-migrate",
  expects: "the npm package db-migrate among the dependencies, and migrations in migrations/",
  async find(repository, folder = "migrations") {
    if (!(await repository.depends("db-migrate"))) return undefined;
    const files = (await repository.list(folder)).filter((file) => /\/\d[^/]*\.([cm]?js|ts)$/.test(file) && !file.endsWith(".d.ts"));
    if (files.length === 0) return undefined;
    const flags = folder === "migrations" ? "" : ` --migrations-dir ${posixWord(folder)}`;
    return {
      tool: "db-migrate",
      evidence: "db-migrate in package.json",
      command: `db-migrate up${flags}`,
      files: [`${folder}/**`],
      versionTable: {
        tables: ["public.migrations"],
        name: "migrations",
        query: (table) => `select name as id from ${table} applied order by applied.run_on, applied.id`,
        holds: "all",
      },
      revisions: inSequence(files, (name) => `/${stem(name)}`),
      stepCommands: { up: (_applied, next) => `db-migrate up -c ${next.length}${flags}`, down: () => `db-migrate down -c 1${flags}` },
      package: "db-migrate",
    };
  },
};
