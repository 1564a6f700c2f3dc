import { basename } from "node:path";
import { inSequence } from "./revisions.ts";
import { plainFolder, quotedName } from "./scripts.ts";
import { posixWord } from "../shell-command.ts";
import type { Tool } from "./tool.ts";

/** node-pg-migrate. Documentation: salsita.github.io/node-pg-migrate, "CLI". */
export const nodePgMigrate: Tool = {
  name: "node-pg-migrate",
  expects: "the npm package node-pg-migrate among the dependencies, and migrations in migrations/",
  async find(repository, given) {
    if (!(await repository.depends("node-pg-migrate"))) return undefined;
    const flags = flagsIn((await repository.read("package.json")) ?? "");
    const folder = given ?? flags.folder ?? "migrations";
    const files = (await repository.list(folder)).filter((file) => /\.([cm]?[jt]s|sql)$/.test(file) && !file.endsWith(".d.ts"));
    if (files.length === 0) return undefined;
    const sorted = files.toSorted(byPrefix);
    const program = `node-pg-migrate --no-verbose${folder === "migrations" ? "" : ` -m ${posixWord(folder)}`}${flags.table === undefined ? "" : ` -t ${posixWord(flags.table)}`}`;
    const table = flags.table ?? "pgmigrations";
    return {
      tool: "node-pg-migrate",
      evidence: "node-pg-migrate in package.json",
      command: `${program} up`,
      files: [`${folder}/**`],
      versionTable: {
        tables: [`public.${table}`],
        name: quotedName(table),
        query: (from) => `select name as id from ${from} applied order by applied.run_on, applied.id`,
        holds: "all",
      },
      revisions: inSequence(sorted),
      stepCommands: {
        up: (_applied, next) => `${program} up ${next.length}`,
        down: () => `${program} down 1`,
        irreversible: /User has disabled down migration/,
      },
      package: "node-pg-migrate",
    };
  },
};

/** The folder and the version table that a script of package.json gives to the tool, if only one is given. */
function flagsIn(manifest: string): { readonly folder: string | undefined; readonly table: string | undefined } {
  const commands = [...manifest.matchAll(/\bnode-pg-migrate\b([^"&|;]*)/g)].map(([, options = ""]) => options);
  const only = (flag: RegExp): string | undefined => {
    const values = new Set(commands.flatMap((options) => flag.exec(options)?.[1] ?? []));
    return values.size === 1 ? [...values][0] : undefined;
  };
  const folder = only(/(?:^|\s)(?:-m|--migrations-dir)[\s=]+([\w./-]+)/);
  return { folder: folder === undefined ? undefined : plainFolder(folder), table: only(/(?:^|\s)(?:-t|--migrations-table)[\s=]+(\w+)/) };
}

/** The order of the tool: by the number at the start, where 17 digits are a time, then as texts (its `comparators.ts`). */
function byPrefix(one: string, other: string): number {
  const [left, right] = [basename(one), basename(other)];
  const options = { usage: "sort", numeric: true, sensitivity: "variant", ignorePunctuation: true } as const;
  return prefixOf(left) - prefixOf(right) || left.localeCompare(right, undefined, options);
}

function prefixOf(name: string): number {
  const [digits = "", date, time, ms] =
    /^\d+$/.test(name.slice(0, 17)) && !/^\d{18}/.test(name) ? splitTime(name) : [/^\d+/.exec(name)?.[0] ?? ""];
  return date === undefined ? Number(digits) : Date.parse(`${date}T${time}.${ms}Z`);
}

function splitTime(name: string): readonly string[] {
  return name
    .slice(0, 17)
    .replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/, "$&/$1-$2-$3/$4:$5:$6/$7")
    .split("/");
}
