import { inSequence } from "./revisions.ts";
import { posixWord } from "../shell-command.ts";
import type { Tool } from "./tool.ts";

/** node-pg-migrate. Documentation: salsita.github.io/node-pg-migrate, "CLI". */
export const nodePgMigrate: Tool = {
  name: "node-pg-migrate",
  expects: "the npm package node-pg-migrate among the dependencies, and migrations in migrations/",
  async find(repository, folder = "migrations") {
    if (!(await repository.depends("node-pg-migrate"))) return undefined;
    const files = (await repository.list(folder)).filter((file) => /\.([cm]?[jt]s|sql)$/.test(file) && !file.endsWith(".d.ts"));
    if (files.length === 0) return undefined;
    const program = `node-pg-migrate --no-verbose${folder === "migrations" ? "" : ` -m ${posixWord(folder)}`}`;
    return {
      tool: "node-pg-migrate",
      evidence: "node-pg-migrate in package.json",
      command: `${program} up`,
      files: [`${folder}/**`],
      versionTable: {
        tables: ["public.pgmigrations"],
        name: "pgmigrations",
        query: (table) => `select name as id from ${table} order by run_on, id`,
        holds: "all",
      },
      revisions: inSequence(files),
      stepCommands: {
        up: (_applied, next) => `${program} up ${next.length}`,
        down: () => `${program} down 1`,
        irreversible: /User has disabled down migration/,
      },
      package: "node-pg-migrate",
    };
  },
};
