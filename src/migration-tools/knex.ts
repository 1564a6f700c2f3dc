import { basename } from "node:path";
import { identifier } from "../postgres/identifier.ts";
import { posixWord } from "../shell-command.ts";
import { jsSetting } from "./js-settings.ts";
import { inSequence } from "./revisions.ts";
import type { Tool, VersionTable } from "./tool.ts";

/** The files that Knex finds without a flag. */
const DEFAULTS = ["js", "ts"].map((extension) => `knexfile.${extension}`);
/** These need the flag `--knexfile`. */
const NAMED = ["mjs", "cjs", "mts", "cts"].map((extension) => `knexfile.${extension}`);

/** Knex. The knexfile must read its connection from `DATABASE_URL`. Documentation: knexjs.org, "Migrations". */
export const knex: Tool = {
  name: "knex",
  expects: "knexfile.js (or .ts, .mjs, .cjs), and migrations in migrations/",
  async find(repository, given) {
    const evidence = await repository.first(...DEFAULTS, ...NAMED);
    if (evidence === undefined) return undefined;
    const configuration = (await repository.read(evidence)) ?? "";
    const directory = jsSetting(configuration, "migrations", "directory");
    const folder = (given ?? (typeof directory === "string" ? directory : "migrations")).replace(/^\.\//, "").replace(/\/+$/, "");
    const loads = /\bloadExtensions\b/.test(configuration) ? /\.[cm]?[jt]s$/ : /\.(?:c?js|ts)$/;
    const files = (await repository.list(folder)).filter((file) => loads.test(file) && !file.endsWith(".d.ts"));
    if (files.length === 0) return undefined;
    const flags = DEFAULTS.includes(evidence) ? "" : ` --knexfile ${evidence}`;
    const { computed, lockTable, ...versionTable } = versionTableOf(configuration);
    return {
      tool: "knex",
      evidence,
      command: `knex migrate:latest${flags}`,
      files: [evidence, `${folder}/**`],
      versionTable,
      // Knex's source, `migrations/migrate/Migrator.js`: one row, with 1 while it migrates.
      lock: { name: lockTable, isHeld: "is_locked = 1", release: "is_locked = 0" },
      ...(computed === undefined ? {} : { unchecked: `${evidence} computes ${computed}` }),
      revisions: inSequence(files, (name) => basename(name)),
      stepCommands: {
        up: (_applied, next) => next.map(({ id }) => `knex migrate:up ${posixWord(id)}${flags}`).join(" && "),
        down: (applied) => `knex migrate:down ${posixWord(applied.at(-1)?.id ?? "")}${flags}`,
      },
      package: "knex",
    };
  },
};

/** The version table, from `migrations: { tableName, schemaName }` of the knexfile, and its lock table. */
function versionTableOf(configuration: string): VersionTable & { readonly lockTable: string; readonly computed?: string } {
  const [table, schema] = ["tableName", "schemaName"].map((key) => jsSetting(configuration, "migrations", key));
  const computed = typeof table === "object" ? "tableName" : typeof schema === "object" ? "schemaName" : undefined;
  const name = typeof table === "string" ? table : "knex_migrations";
  const inSchema = typeof schema === "string" ? schema : undefined;
  const inSql = (each: string): string => [inSchema, each].flatMap((part) => (part === undefined ? [] : [quoted(part)])).join(".");
  return {
    tables: [name, `${name}_lock`].map((each) => `${inSchema ?? "public"}.${each}`),
    name: inSql(name),
    query: (from) => `select name as id from ${from} applied order by applied.id`,
    holds: "all",
    lockTable: inSql(`${name}_lock`),
    ...(computed === undefined ? {} : { computed }),
  };
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : identifier(name);
}
