import { noteOfIgnored } from "./ignored-files.ts";
import { byNumber, inSequence, leadingNumber, numberOf } from "./revisions.ts";
import { posixWord } from "../shell-command.ts";
import { goUrl } from "./shell.ts";
import type { Tool } from "./tool.ts";

const FOLDERS = ["migrations", "db/migrations", "database/migrations", "db/migration"];

/** golang-migrate. It records only the newest revision. Documentation: github.com/golang-migrate/migrate, "CLI". */
export const golangMigrate: Tool = {
  name: "golang-migrate",
  expects: `NUMBER_name.up.sql in ${FOLDERS.join("/, ")}/`,
  async find(repository, given) {
    for (const folder of given === undefined ? FOLDERS : [given]) {
      const files = await repository.list(folder);
      const ups = files.filter((file) => /\/\d+_[^/]*\.up\.sql$/.test(file)).toSorted(byNumber);
      const [first] = ups;
      if (first === undefined) continue;
      // The command uses a variable, because the command is shown and must not contain a password.
      const program = `migrate -path ${posixWord(folder)} -database "$DATABASE_URL"`;
      const hasDown = new Set(
        files.filter((file) => file.endsWith(".down.sql")).map((file) => leadingNumber(file.slice(folder.length + 1))),
      );
      return {
        tool: "golang-migrate",
        evidence: first,
        command: `${program} up`,
        files: [`${folder}/**`],
        versionTable: {
          tables: ["public.schema_migrations"],
          name: "schema_migrations",
          query: (table) => `select version::pg_catalog.text as id from ${table} where not dirty`,
          holds: "heads",
          hides: "golang-migrate records only the newest migration",
        },
        revisions: inSequence(ups, numberOf).map((each) => ({
          ...each,
          name: each.name.replace(/\.up$/, ""),
        })),
        stepCommands: {
          up: (_applied, next) => `${program} up ${next.length}`,
          down: (applied) => (hasDown.has(leadingNumber(applied.at(-1)?.name ?? "")) ? `${program} down 1` : undefined),
        },
        ...noteOfIgnored(
          files.filter((file) => /\/[^./][^/]*\.sql$/.test(file) && !/\/\d+_[^/]*\.(?:up|down)\.sql$/.test(file)),
          "golang-migrate",
          "runs files with names such as 1_name.up.sql only",
        ),
        env: (url) => ({ DATABASE_URL: goUrl(url) }),
      };
    }
    return undefined;
  },
};
