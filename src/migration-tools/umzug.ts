import { basename } from "node:path";
import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import { inSequence } from "./revisions.ts";
import { firstFolder, plainFolder, quotedName, textSetting, withExtensions } from "./scripts.ts";
import type { Tool, VersionTable } from "./tool.ts";

const PROGRAMS = ["migrate", "migrator", "umzug"].flatMap((name) =>
  ["", "src/", "scripts/", "db/", "src/db/"].flatMap((folder) => withExtensions(`${folder}${name}`, ["js", "cjs", "mjs", "ts"])),
);

/**
 * Umzug. A program of the repository configures it, and `runAsCLI()` gives that program its commands. It must read the URL from
 * `DATABASE_URL`. Documentation: github.com/sequelize/umzug, "CLI".
 */
export const umzug: Tool = {
  name: "umzug",
  expects: "the npm package umzug among the dependencies, a program such as migrate.js that calls runAsCLI(), and its migrations",
  async find(repository, given) {
    if (!(await repository.depends("umzug"))) return undefined;
    const evidence = await programIn(repository);
    if (evidence === undefined) return undefined;
    const text = (await repository.read(evidence)) ?? "";
    const pattern = /\bglob\s*:\s*\[?\s*["'`]([^"'`]+)\/[^/"'`]*["'`]/.exec(text)?.[1];
    const folders = given === undefined ? [...(pattern === undefined ? [] : [plainFolder(pattern)]), "migrations"] : [given];
    const found = await firstFolder(folders, async (folder) =>
      (await repository.list(folder)).filter((file) => /\.(?:[cm]?[jt]s|sql)$/.test(file) && !/\.(?:d\.ts|down\.sql)$/.test(file)),
    );
    if (found === undefined) return undefined;
    const runner = evidence.endsWith(".ts") ? ((await repository.depends("ts-node")) ? "ts-node" : "tsx") : "node";
    const program = `${runner} ${posixWord(evidence)}`;
    return {
      tool: "umzug",
      evidence,
      command: `${program} up`,
      files: [evidence, `${found.folder}/**`],
      versionTable: versionTableIn(text),
      ...(/SequelizeStorage|\bselect\b/i.test(text) ? {} : { unchecked: `the storage of Umzug is not in ${evidence}` }),
      revisions: inSequence(found.files, (name) => basename(name)),
      stepCommands: {
        up: (_applied, next) => `${program} up --step ${next.length}`,
        down: () => `${program} down`,
      },
      package: "umzug",
    };
  },
};

async function programIn(repository: Repository): Promise<string | undefined> {
  for (const path of PROGRAMS) if ((await repository.read(path))?.includes("runAsCLI") === true) return path;
  return undefined;
}

/** The table of `SequelizeStorage`, or the one that a storage in this program reads: `select name from my_migrations`. */
function versionTableIn(text: string): VersionTable {
  const [, column, own] = /\bselect\s+(\w+)\s+from\s+"?([\w.]+)"?/i.exec(text) ?? [];
  const isSequelize = text.includes("SequelizeStorage") || own === undefined;
  const table = isSequelize ? (textSetting(text, "tableName") ?? textSetting(text, "modelName") ?? "SequelizeMeta") : own;
  const id = isSequelize ? (textSetting(text, "columnName") ?? "name") : (column ?? "name");
  return {
    tables: [table.includes(".") ? table : `public.${table}`],
    name: quotedName(table),
    query: (from) => `select ${quotedName(id)} as id from ${from} order by 1`,
    holds: "all",
  };
}
