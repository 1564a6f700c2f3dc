import { posixWord } from "../shell-command.ts";
import { basename } from "node:path";
import type { Repository } from "../migration-tools/repository.ts";

/** A seed that was found in a repository. It is only offered: a seed can delete rows. */
export interface FoundSeed {
  /** The command, without the prefix of the package manager. */
  readonly command: string;
  /** Whether the command is a program of an installed npm package. */
  readonly isNpm: boolean;
  readonly files: readonly string[];
}

/** The seed of a repository with this migration tool, where the tool has a usual place for it. Undefined: none was found. */
export async function findSeed(repository: Repository, tool: string): Promise<FoundSeed | undefined> {
  return FINDERS[tool]?.(repository);
}

type Finder = (repository: Repository) => Promise<FoundSeed | undefined>;

const FINDERS: Readonly<Record<string, Finder>> = {
  // prisma.io/docs, "Seeding": `prisma.seed` in package.json, or `migrations.seed` in prisma.config.ts.
  async prisma(repository) {
    const file = await repository.first(...["ts", "js", "mjs", "cjs", "sql"].map((extension) => `prisma/seed.${extension}`));
    const texts = await Promise.all(["package.json", "prisma.config.ts"].map((path) => repository.read(path)));
    const isConfigured = texts.some((text) => /["']?\bseed["']?\s*:/.test(text ?? ""));
    return file !== undefined && isConfigured ? { command: "prisma db seed", isNpm: true, files: [file] } : undefined;
  },
  // supabase.com/docs, "Seeding your database".
  async supabase(repository) {
    const file = await repository.first("supabase/seed.sql");
    return file === undefined
      ? undefined
      : {
          command: `psql "$DATABASE_URL" --no-psqlrc --set ON_ERROR_STOP=1 --single-transaction --file ${posixWord(file)}`,
          isNpm: false,
          files: [file],
        };
  },
  // knexjs.org, "Seed files".
  async knex(repository) {
    const files = (await repository.list("seeds")).filter((file) => /\.[cm]?[jt]s$/.test(file));
    const flags = (await repository.first("knexfile.js", "knexfile.ts")) === undefined ? knexfileFlag(await repository.list(".")) : "";
    return files.length === 0 ? undefined : { command: `knex seed:run${flags}`, isNpm: true, files: ["seeds/**"] };
  },
  // guides.rubyonrails.org, "Migrations and Seed Data".
  async rails(repository) {
    const text = await repository.read("db/seeds.rb");
    // A new application has this file with comments only.
    const hasCode = /^\s*[^#\s]/m.test(text ?? "");
    return hasCode ? { command: "bin/rails db:seed", isNpm: false, files: ["db/seeds.rb"] } : undefined;
  },
  // docs.djangoproject.com, "How to provide initial data for models".
  async django(repository) {
    const files = (await repository.walk(".")).filter((file) => /(?:^|\/)fixtures\/[^/]+\.(?:json|ya?ml|xml)$/.test(file));
    const names = files.map((file) => basename(file).replace(/\.[^.]+$/, "")).filter((name) => /^[\w-]+$/.test(name));
    return names.length === 0 ? undefined : { command: `python3 manage.py loaddata ${names.join(" ")}`, isNpm: false, files };
  },
};

function knexfileFlag(files: readonly string[]): string {
  const knexfile = files.find((file) => /^knexfile\.[cm][jt]s$/.test(file));
  return knexfile === undefined ? "" : ` --knexfile ${knexfile}`;
}
