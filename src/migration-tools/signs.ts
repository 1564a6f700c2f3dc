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

/** What shows that a repository has migrations although none were detected, such as `the script "migrate" in package.json`. */
export async function signsOfMigrations(repository: Repository): Promise<readonly string[]> {
  const below = (await detectBelow(repository)).map(({ tool, folder }) => `${tool} in ${folder}`);
  if (below.length > 0) return below;
  const scripts = migrationScripts(await repository.read("package.json"));
  const packages = await Promise.all(PACKAGES.map(async (name) => ((await repository.depends(name)) ? [`the package ${name}`] : [])));
  const folders = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await repository.list(folder)).some((path) => !/\/\.[^/]*$/.test(path)) ? [`the folder ${folder}`] : [],
    ),
  );
  return [...scripts.map((name) => `the script "${name}" in package.json`), ...packages.flat(), ...folders.flat()];
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
