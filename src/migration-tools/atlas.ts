import { posixWord } from "../shell-command.ts";
import { inSequence, leadingNumber } from "./revisions.ts";
import { plainFolder } from "./scripts.ts";
import { goUrl } from "./shell.ts";
import type { Tool } from "./tool.ts";

const FOLDERS = ["migrations", "db/migrations", "database/migrations", "ent/migrate/migrations", "internal/db/migrations"];

/**
 * Atlas, with versioned migrations. It refuses files whose hash is not in `atlas.sum`, and a file that is older than the newest
 * in the database. Documentation: atlasgo.io, "Applying Migrations".
 */
export const atlas: Tool = {
  name: "atlas",
  expects: `atlas.sum and SQL files in ${FOLDERS.join("/, ")}/, or the folder of atlas.hcl`,
  async find(repository, given) {
    const named = /\bdir\s*=\s*"file:\/\/([^"?$]+)/.exec((await repository.read("atlas.hcl")) ?? "")?.[1];
    const folders = given === undefined ? [...(named === undefined ? [] : [plainFolder(named)]), ...FOLDERS] : [given];
    for (const folder of folders) {
      const sum = await repository.first(`${folder}/atlas.sum`);
      const files = (await repository.list(folder)).filter((file) => /\/\d+[^/]*\.sql$/.test(file) && !file.endsWith(".down.sql"));
      if (sum === undefined || files.length === 0) continue;
      return {
        tool: "atlas",
        evidence: sum,
        command: `atlas migrate apply --dir ${posixWord(`file://${folder}`)} --url "$DATABASE_URL"`,
        files: [`${folder}/**`],
        versionTable: {
          tables: ["atlas_schema_revisions.*"],
          name: "atlas_schema_revisions.atlas_schema_revisions",
          query: (table) => `select version as id from ${table} where applied = total and version ~ '^[0-9]' order by version`,
          holds: "all",
        },
        revisions: inSequence(files, leadingNumber),
        env: (url) => ({ DATABASE_URL: goUrl(url) }),
      };
    }
    return undefined;
  },
};
