import { basename } from "node:path";
import { identifier, literal } from "../postgres/identifier.ts";
import { posixWord } from "../shell-command.ts";
import { jsSetting, sectionsOf } from "./js-settings.ts";
import { byBytes } from "./repository.ts";
import { inSequence } from "./revisions.ts";
import { folderSetting, foldersOf, plainFolder } from "./scripts.ts";
import type { LeaveOut, Revision, Tool, VersionTable } from "./tool.ts";

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
    const folders = given === undefined ? foldersIn(configuration, evidence) : [plainFolder(given)];
    const loads = /\bloadExtensions\b/.test(configuration) ? /\.[cm]?[jt]s$/ : /\.(?:c?js|ts)$/;
    const listed = (await Promise.all(folders.map((folder) => repository.list(folder)))).flat();
    const files = listed
      .filter((file) => loads.test(file) && !file.endsWith(".d.ts"))
      .toSorted((one, other) => byBytes(basename(one), basename(other)));
    if (files.length === 0) return undefined;
    const flags = DEFAULTS.includes(evidence) ? "" : ` --knexfile ${evidence}`;
    const { computed, lockTable, ...versionTable } = versionTableOf(configuration);
    return {
      tool: "knex",
      evidence,
      command: `knex migrate:latest${flags}`,
      files: [evidence, ...folders.map((folder) => `${folder}/**`)],
      versionTable,
      // Knex's source, `migrations/migrate/Migrator.js`: one row, with 1 while it migrates.
      lock: { name: lockTable, isHeld: "is_locked = 1", release: "is_locked = 0" },
      ...(computed === undefined ? {} : { unchecked: `${evidence} computes ${computed}` }),
      revisions: inSequence(files, (name) => basename(name)),
      stepCommands: {
        ...(computed === undefined && versionTable.tables[0]?.startsWith("public.") === true
          ? { up: () => `knex migrate:latest${flags}`, leaveOut: (later: readonly Revision[]) => leaveOut(versionTable.name, later) }
          : {
              // The table is not known, or Knex also creates its schema.
              up: (_applied: readonly Revision[], next: readonly Revision[]) =>
                next.map(({ id }) => `knex migrate:up ${posixWord(id)}${flags}`).join(" && "),
            }),
        down: (applied) => `knex migrate:down ${posixWord(applied.at(-1)?.id ?? "")}${flags}`,
      },
      package: "knex",
    };
  },
};

/** The folders of `migrations: { directory }`, which can be a list. Knex sorts the files of all of them by their names. */
function foldersIn(configuration: string, evidence: string): readonly string[] {
  const bodies = sectionsOf(configuration, "migrations").filter((body) => /\bdirectory\b/.test(body));
  const lists = bodies.map((body) => /\bdirectory["']?\s*:\s*\[([^\]]*)\]/.exec(body)?.[1]);
  const found = bodies.map((body, at) => {
    const list = lists[at];
    const entries =
      list === undefined
        ? [body]
        : list.split(/,(?![^(]*\))/).flatMap((entry) => (entry.trim() === "" ? [] : [`directory: ${entry.trim()}`]));
    return entries.flatMap((entry) => foldersOf(folderSetting(entry, "directory", evidence), []));
  });
  const [first] = found;
  if (first === undefined) return ["migrations"];
  // The environments of one file can have different folders.
  return found.every((folders) => folders.join("\n") === first.join("\n")) ? first : [];
}

/** `knex migrate:latest` runs each migration that its table does not contain. The table has the form in which Knex itself creates it. */
function leaveOut(name: string, later: readonly Revision[]): LeaveOut {
  const table = `public.${name}`;
  const names = later.map(({ id }) => literal(id));
  return {
    before: `create table if not exists ${table} (id serial primary key, name varchar(255), batch integer, migration_time timestamptz);
insert into ${table} (name, batch, migration_time) values ${names.map((id) => `(${id}, 0, pg_catalog.now())`).join(", ")}`,
    after: `delete from ${table} where name operator(pg_catalog.=) any (array[${names.join(", ")}]::pg_catalog.text[])`,
  };
}

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
