import { shellCommand } from "../shell-command.ts";
import { detectBelow } from "./detect.ts";
import type { Repository } from "./repository.ts";

const SCRIPT =
  /^(?:(?:db|database|prisma|typeorm|knex|drizzle|sequelize|mikro-orm|kysely)[:_-])?migrat(?:e|ions?)(?:[:_-](?:run|up|latest|deploy|apply|prod|ci))?$/;
/** Packages that only a project with migrations has. */
const PACKAGES = [
  "prisma",
  "drizzle-kit",
  "node-pg-migrate",
  "db-migrate",
  "graphile-migrate",
  "@mikro-orm/migrations",
  "kysely-ctl",
  "sequelize-cli",
  "umzug",
  "postgres-migrations",
  "@payloadcms/db-postgres",
];
const FOLDERS = [
  "migrations",
  "db/migrate",
  "db/migrations",
  "prisma/migrations",
  "supabase/migrations",
  "sql/migrations",
  "priv/repo/migrations",
];

/** What shows that a repository has migrations although none were detected. */
export interface Sign {
  /** Such as `the script "migrate" in package.json`. */
  readonly text: string;
  /** The setting to write. Completes "Set …". */
  readonly setting: string;
}

/** What shows that a repository has migrations although none were detected. */
export async function signsOfMigrations(repository: Repository): Promise<readonly Sign[]> {
  const below = (await detectBelow(repository)).map(({ tool, folder }) => ({
    text: `${tool} in ${folder}`,
    setting: `migrations.directory to ${folder} in offshoot.yaml`,
  }));
  if (below.length > 0) return below;
  const scripts = migrationScripts(await repository.read("package.json")).map((name) => ({
    text: `the script "${name}" in package.json`,
    setting: `migrations.command in offshoot.yaml to run it, such as \`${shellCommand(["npm", "run", name])}\`, and migrations.files to the files on which it depends`,
  }));
  const packages = await Promise.all(PACKAGES.map(async (name) => ((await repository.depends(name)) ? [ofPackage(name)] : [])));
  const folders = await Promise.all(
    FOLDERS.map(async (folder) => ((await repository.list(folder)).some((path) => !/\/\.[^/]*$/.test(path)) ? [ofFolder(folder)] : [])),
  );
  return [...scripts, ...packages.flat(), ...folders.flat()];
}

function ofPackage(name: string): Sign {
  return {
    text: `the package ${name}`,
    setting: "migrations.folder in offshoot.yaml to the folder with its migration files, or migrations.command",
  };
}

function ofFolder(folder: string): Sign {
  return {
    text: `the folder ${folder}`,
    setting: `migrations.command in offshoot.yaml to the command that applies its files, and migrations.files to \`${folder}/**\``,
  };
}

/** The scripts of a `package.json` whose names show that they migrate, such as `db:migrate` or `migration:run`. */
export function migrationScripts(manifest: string | undefined): readonly string[] {
  return scriptsIn(manifest).filter((name) => SCRIPT.test(name));
}

function scriptsIn(manifest: string | undefined): readonly string[] {
  try {
    const scripts = manifest === undefined ? undefined : (JSON.parse(manifest) as { readonly scripts?: unknown } | null)?.scripts;
    return typeof scripts === "object" && scripts !== null ? Object.keys(scripts) : [];
  } catch {
    // The detection of tools reports a package.json that is not valid.
    return [];
  }
}
