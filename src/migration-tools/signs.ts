import { detectBelow } from "./detect.ts";
import type { Repository } from "./repository.ts";

const SCRIPT = /^(?:db[:_-])?migrat(?:e|ions?)(?:[:_-](?:run|up|latest|deploy))?$/;
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
  const scripts = scriptsIn(await repository.read("package.json")).filter((name) => SCRIPT.test(name));
  const packages = await Promise.all(PACKAGES.map(async (name) => ((await repository.depends(name)) ? [`the package ${name}`] : [])));
  const folders = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await repository.list(folder)).some((path) => !/\/\.[^/]*$/.test(path)) ? [`the folder ${folder}`] : [],
    ),
  );
  return [...scripts.map((name) => `the script "${name}" in package.json`), ...packages.flat(), ...folders.flat()];
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
