import { dirname } from "node:path";
import { posixWord } from "../shell-command.ts";
import { plainFolder } from "./scripts.ts";
import type { Tool } from "./tool.ts";

const MASTERS = ["db/changelog", "src/main/resources/db/changelog", "changelog", "liquibase", "."].flatMap((folder) =>
  ["db.changelog-master", "changelog-master", "master", "changelog", "root"].flatMap((name) =>
    ["yaml", "yml", "xml", "sql", "json"].map((extension) => (folder === "." ? "" : `${folder}/`) + `${name}.${extension}`),
  ),
);

/**
 * Liquibase. Which change sets a changelog contains depends on contexts, labels and conditions, so offshoot does not read them:
 * the program runs each one that its table does not contain, wherever it is. Documentation: docs.liquibase.com, "update".
 */
export const liquibase: Tool = {
  name: "liquibase",
  expects:
    "liquibase.properties with changeLogFile, or db.changelog-master.yaml (or .xml, .sql, .json) in db/changelog/ or src/main/resources/db/changelog/",
  async find(repository, folder) {
    const properties = (await repository.read("liquibase.properties")) ?? "";
    const named = /^\s*(?:changeLogFile|changelog-file|liquibase\.command\.changelogFile)\s*[=:]\s*(\S+)/m.exec(properties)?.[1];
    const below =
      folder === undefined
        ? MASTERS
        : MASTERS.filter((path) => dirname(path) === "changelog").map((path) => path.replace("changelog", folder));
    const changelog = await repository.first(...(named === undefined || folder !== undefined ? [] : [plainFolder(named)]), ...below);
    if (changelog === undefined || !(await isChangelog(repository.read(changelog)))) return undefined;
    const place = dirname(changelog);
    return {
      tool: "liquibase",
      evidence: properties === "" ? changelog : "liquibase.properties",
      command:
        'LIQUIBASE_COMMAND_URL="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?ApplicationName=$PGAPPNAME${PGSSLMODE:+&sslmode=$PGSSLMODE}${PGSSLROOTCERT:+&sslrootcert=$PGSSLROOTCERT}" ' +
        `LIQUIBASE_COMMAND_USERNAME="$PGUSER" LIQUIBASE_COMMAND_PASSWORD="$PGPASSWORD" liquibase --changelog-file=${posixWord(changelog)} update`,
      files: [...(properties === "" ? [] : ["liquibase.properties"]), place === "." ? changelog : `${place}/**`],
      versionTable: {
        tables: ["public.databasechangelog", "public.databasechangeloglock"],
        name: "databasechangelog",
        query: (table) => `select author || ':' || id as id from ${table} order by orderexecuted`,
        holds: "all",
      },
      revisions: [],
      unchecked: "contexts, labels and conditions decide which change sets Liquibase runs",
    };
  },
};

async function isChangelog(reading: Promise<string | undefined>): Promise<boolean> {
  return /databaseChangeLog|--\s*liquibase\s+formatted\s+sql/i.test((await reading) ?? "");
}
