import { identifier, literal } from "../postgres/identifier.ts";
import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import { firstFolder, plainFolder, quotedName, scriptsIn, textSetting, withExtensions } from "./scripts.ts";
import type { LeaveOut, Revision, Tool } from "./tool.ts";

const SOURCES = ["data-source", "src/data-source", "src/database/data-source", "src/db/data-source", "src/config/data-source", "ormconfig"];
const FOLDERS = ["src/migration", "src/migrations", "src/database/migrations", "src/db/migrations", "migration", "migrations"];

/**
 * TypeORM. It records the name of the class of each migration, and runs each one that is not recorded, in the order of the
 * timestamps at the end of these names. Documentation: typeorm.io, "Migrations".
 */
export const typeorm: Tool = {
  name: "typeorm",
  expects:
    "the npm package typeorm among the dependencies, data-source.ts (or .js) here or in src/, and migrations in src/migration/ or migrations/",
  async find(repository, given) {
    if (!(await repository.depends("typeorm"))) return undefined;
    const evidence = await repository.first(...SOURCES.flatMap((name) => withExtensions(name)));
    if (evidence === undefined) return undefined;
    const source = (await repository.read(evidence)) ?? "";
    const folders = given === undefined ? [...foldersIn(source), ...FOLDERS] : [given];
    const found = await firstFolder(folders, (folder) => scriptsIn(repository, folder));
    if (found === undefined) return undefined;
    const revisions = await revisionsOf(repository, found.files);
    if (revisions.length === 0) return undefined;
    const table = textSetting(source, "migrationsTableName") ?? "migrations";
    const schema = textSetting(source, "schema");
    const program = await programFor(repository, evidence);
    return {
      tool: "typeorm",
      evidence,
      command: `${program} migration:run -d ${posixWord(evidence)}`,
      files: [evidence, `${found.folder}/**`],
      versionTable: {
        tables: [`${schema ?? "public"}.${table}`],
        name: quotedName(schema === undefined ? table : `${schema}.${table}`),
        query: (from) => `select name as id from ${from} order by timestamp, id`,
        holds: "all",
      },
      revisions,
      stepCommands: {
        up: () => `${program} migration:run -d ${posixWord(evidence)}`,
        leaveOut: (later) => leaveOut(`${identifier(schema ?? "public")}.${identifier(table)}`, later),
        down: () => `${program} migration:revert -d ${posixWord(evidence)}`,
      },
      package: "typeorm",
    };
  },
};

/** A data source in TypeScript needs the program with ts-node, which the package has for each module system. */
async function programFor(repository: Repository, source: string): Promise<string> {
  if (!/\.[cm]?ts$/.test(source)) return "typeorm";
  const isModule = source.endsWith(".mts") || /"type"\s*:\s*"module"/.test((await repository.read("package.json")) ?? "");
  return isModule ? "typeorm-ts-node-esm" : "typeorm-ts-node-commonjs";
}

/** The folders in `migrations: ["src/migration/*.ts"]`. */
function foldersIn(program: string): readonly string[] {
  const list = /\bmigrations\s*:\s*\[([^\]]*)\]/.exec(program)?.[1] ?? "";
  return [...list.matchAll(/["'`]([^"'`*{$]+)\/[^"'`/]*["'`]/g)].map(([, folder = ""]) => plainFolder(folder));
}

/** A migration has the property `name`, or else its class is its name. Both must end with the time in milliseconds. */
async function revisionsOf(repository: Repository, files: readonly string[]): Promise<readonly Revision[]> {
  const ids = await Promise.all(
    files.map(async (file) => {
      const text = (await repository.read(file)) ?? "";
      return /^\s*(?:public\s+|readonly\s+)*name\s*=\s*["'`](\w*\d{13})["'`]/m.exec(text)?.[1] ?? /\bclass\s+(\w*\d{13})\b/.exec(text)?.[1];
    }),
  );
  const known = ids.filter((id) => id !== undefined).toSorted((one, other) => timeOf(one) - timeOf(other));
  return known.map((id, at) => {
    const before = known[at - 1];
    return { id, name: id, dependsOn: before === undefined ? [] : [before] };
  });
}

/** TypeORM runs each migration that its table does not contain. The table has the form in which TypeORM itself creates it. */
function leaveOut(table: string, later: readonly Revision[]): LeaveOut {
  const rows = later.map(({ id }) => `(${timeOf(id)}, ${literal(id)})`);
  const names = later.map(({ id }) => literal(id));
  return {
    before: `create table if not exists ${table} (id serial primary key, "timestamp" bigint not null, name character varying not null);
insert into ${table} ("timestamp", name) values ${rows.join(", ")}`,
    after: `delete from ${table} where name operator(pg_catalog.=) any (array[${names.join(", ")}]::pg_catalog.text[])`,
  };
}

function timeOf(name: string): number {
  return Number(name.slice(-13));
}
