import { railsFolders } from "./rails-paths.ts";
import { noteOfIgnored } from "./ignored-files.ts";
import { byNumber, inSequence, numberOf } from "./revisions.ts";
import type { Tool } from "./tool.ts";

/** Rails. `DATABASE_URL` overrides `database.yml`. Documentation: guides.rubyonrails.org, "Active Record Migrations". */
export const rails: Tool = {
  name: "rails",
  expects: "bin/rails, and migrations in db/migrate/",
  async find(repository, given) {
    if ((await repository.first("bin/rails")) === undefined) return undefined;
    const folders = given === undefined ? await railsFolders(repository) : [given];
    const found = await Promise.all(folders.map((folder) => repository.list(folder)));
    const files = found.flat().filter(isMigration).toSorted(byNumber);
    if (files.length === 0) return undefined;
    const used = folders.filter((_, at) => found[at]?.some(isMigration));
    return {
      tool: "rails",
      evidence: "bin/rails",
      command: "bin/rails db:migrate",
      files: used.map((folder) => `${folder}/**`),
      versionTable: {
        tables: ["public.schema_migrations", "public.ar_internal_metadata"],
        name: "schema_migrations",
        query: (table) => `select version as id from ${table} order by version`,
        holds: "all",
      },
      revisions: inSequence(files, numberOf),
      ...noteOfIgnored(
        found.flat().filter((file) => /\/[^./\d][^/]*\.rb$/.test(file)),
        "Rails",
        "runs files with names such as 20240101000000_name.rb only",
      ),
      stepCommands: {
        up: (_applied, next) => `bin/rails db:migrate VERSION=${next.at(-1)?.id}`,
        down: (applied) => `bin/rails db:migrate:down VERSION=${applied.at(-1)?.id}`,
        irreversible: /ActiveRecord::IrreversibleMigration/,
      },
    };
  },
};

function isMigration(file: string): boolean {
  return /\/\d+_[^/]*\.rb$/.test(file);
}
