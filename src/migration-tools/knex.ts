import { basename } from "node:path";
import { inSequence } from "./revisions.ts";
import { posixWord } from "../shell-command.ts";
import type { Tool } from "./tool.ts";

/** The files that Knex finds without a flag. */
const DEFAULTS = ["js", "ts"].map((extension) => `knexfile.${extension}`);
/** These need the flag `--knexfile`. */
const NAMED = ["mjs", "cjs", "mts", "cts"].map((extension) => `knexfile.${extension}`);

/** Knex. The knexfile must read its connection from `DATABASE_URL`. Documentation: knexjs.org, "Migrations". */
export const knex: Tool = {
  name: "knex",
  expects: "knexfile.js (or .ts, .mjs, .cjs), and migrations in migrations/",
  async find(repository, folder = "migrations") {
    const evidence = await repository.first(...DEFAULTS, ...NAMED);
    if (evidence === undefined) return undefined;
    const files = (await repository.list(folder)).filter((file) => /\.([cm]?[jt]s)$/.test(file) && !file.endsWith(".d.ts"));
    if (files.length === 0) return undefined;
    const flags = DEFAULTS.includes(evidence) ? "" : ` --knexfile ${evidence}`;
    return {
      tool: "knex",
      evidence,
      command: `knex migrate:latest${flags}`,
      files: [evidence, `${folder}/**`],
      versionTable: {
        tables: ["public.knex_migrations", "public.knex_migrations_lock"],
        name: "knex_migrations",
        query: (table) => `select name as id from ${table} order by id`,
        holds: "all",
      },
      revisions: inSequence(files, (name) => basename(name)),
      stepCommands: {
        up: (_applied, next) => next.map(({ id }) => `knex migrate:up ${posixWord(id)}${flags}`).join(" && "),
        down: (applied) => `knex migrate:down ${posixWord(applied.at(-1)?.id ?? "")}${flags}`,
      },
      package: "knex",
    };
  },
};
