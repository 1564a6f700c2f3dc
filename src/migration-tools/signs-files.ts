import { posix } from "node:path";
import type { Repository } from "./repository.ts";

/** Names of folders in which only migrations are, and of the files in them. */
const FOLDER = /^(?:migrations?|changelogs?|evolutions)$/i;
const MIGRATION = /\.(?:sql|[cm]?[jt]sx?|py|rb|php|exs?|cs|go|rs|kt|java|xml|ya?ml)$/i;
/** Files in such a folder that are none. */
const NOT_MIGRATION = /(?:^|\/)(?:index\.\w+|__init__\.py|.*\.d\.ts|mod\.rs|env\.py|.*[._](?:test|spec)\.\w+)$/;

/** Folders that can also contain a program, and those with a longer name, such as `pg-migrations`. */
const LONGER_FOLDER = /(?:^|[._-])(?:migrations?|migrate|migrator|changelogs?|evolutions)$/i;
/** Files and folders of one migration begin with its version: `001_a.sql`, `V1__a.sql`, `m20240101_a.rs`, `2024-01-01-1_a/up.sql`. */
const VERSIONED = /^(?:[vmr]|version)?_?\d/i;
/** How deep below a folder of migrations its migrations can be: Diesel has a folder for each, Hasura one for each database too, Alembic `versions`. */
const MOST_LEVELS = 2;

/** Statements that only a migration has, and not a query or a test. */
const CHANGES_SCHEMA = /^\s*(?:create|alter)\s+(?:(?:unlogged|or\s+replace)\s+)*(?:table|schema|type|domain|view|function|extension)\b/im;

const isMigration = (name: string): boolean => MIGRATION.test(name) && !NOT_MIGRATION.test(name);

/** Whether files of migrations are in a folder. `names`: those of its files and subfolders. */
export async function holdsMigrations(repository: Repository, folder: string, names: readonly string[]): Promise<boolean> {
  const name = posix.basename(folder);
  if (FOLDER.test(name) && names.some(isMigration)) return true;
  if (LONGER_FOLDER.test(name)) {
    return names.some((each) => VERSIONED.test(each) && isMigration(each)) || hasNested(repository, folder, names, MOST_LEVELS);
  }
  const [numbered] = names.filter((each) => VERSIONED.test(each) && /\.sql$/i.test(each));
  return numbered !== undefined && CHANGES_SCHEMA.test((await repository.read(`${folder}/${numbered}`)) ?? "");
}

async function hasNested(repository: Repository, folder: string, names: readonly string[], levels: number): Promise<boolean> {
  for (const name of names.filter((each) => !each.includes(".") || VERSIONED.test(each))) {
    const inside = (await repository.list(`${folder}/${name}`).catch(() => [])).map((path) => posix.basename(path));
    if (VERSIONED.test(name) && inside.some((each) => /^(?:up|migration)\.(?:sql|ya?ml)$/i.test(each))) return true;
    if (inside.some((each) => (VERSIONED.test(each) || name === "versions") && isMigration(each))) return true;
    if (levels > 1 && inside.length > 0 && (await hasNested(repository, `${folder}/${name}`, inside, levels - 1))) return true;
  }
  return false;
}
