import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import { environmentSetting } from "./environment-setting.ts";
import { noteOfIgnored } from "./ignored-files.ts";
import { inSequence, leadingNumber } from "./revisions.ts";
import { plainFolder, quotedName } from "./scripts.ts";
import { goUrl } from "./shell.ts";
import type { Tool } from "./tool.ts";

const TABLE = "goose_db_version";
const FOLDERS = ["migrations", "db/migrations", "sql/migrations", "sql/schema", "internal/db/migrations", "database/migrations"];

/** goose. It refuses a migration that is older than the newest in the database. Documentation: pressly.github.io/goose. */
export const goose: Tool = {
  name: "goose",
  expects: `SQL files with \`-- +goose Up\` in ${FOLDERS.join("/, ")}/`,
  async find(repository, given) {
    const named = await environmentSetting(repository, "GOOSE_MIGRATION_DIR");
    const table = (await environmentSetting(repository, "GOOSE_TABLE")) ?? TABLE;
    const folders = named === undefined ? FOLDERS : [plainFolder(named)];
    for (const folder of given === undefined ? folders : [given]) {
      const listed = await repository.list(folder);
      const files = listed.filter((file) => /\/\d+_[^/]*\.(?:sql|go)$/.test(file) && !file.endsWith("_test.go"));
      const newest = files.findLast((file) => file.endsWith(".sql"));
      if (newest === undefined || !(await isGoose(repository, newest))) continue;
      const program = `goose -dir ${posixWord(folder)}${table === TABLE ? "" : ` -table ${posixWord(table)}`} postgres "$DATABASE_URL"`;
      const inOrderOfVersions = files.toSorted((one, other) => Number(versionOf(one) - versionOf(other)));
      return {
        tool: "goose",
        evidence: `\`-- +goose Up\` in ${newest}`,
        command: `${program} up`,
        files: [`${folder}/**`],
        versionTable: {
          tables: [table.includes(".") ? table : `public.${table}`],
          name: quotedName(table),
          // Older versions of goose record a rollback as one more row.
          query: (from) =>
            `select id from (select distinct on (version_id) version_id::pg_catalog.text as id, is_applied from ${from} t
               where version_id > 0 order by version_id, t.id desc) newest where is_applied`,
          holds: "all",
        },
        revisions: inSequence(inOrderOfVersions, (name) => String(versionOf(name))),
        stepCommands: {
          up: (_applied, next) => `${program} up-to ${next.at(-1)?.id}`,
          down: () => `${program} down`,
        },
        ...noteOfIgnored(
          listed.filter((file) => /\/[^./][^/]*\.sql$/.test(file) && !files.includes(file)),
          "goose",
          "runs files with names such as 00001_name.sql only",
        ),
        env: (url) => ({ DATABASE_URL: goUrl(url) }),
      };
    }
    return undefined;
  },
};

function versionOf(file: string): bigint {
  return BigInt(leadingNumber(file.replace(/^.*\//, "")));
}

async function isGoose(repository: Repository, file: string): Promise<boolean> {
  return /^\s*--\s*\+goose\s+Up\b/im.test((await repository.read(file)) ?? "");
}
