import { shellCommand } from "../shell-command.ts";
import { detectBelow, type ProjectBelow } from "./detect.ts";
import { signsOfAbsent } from "./signs-absent.ts";
import { type Sign, signsFarBelow } from "./signs-below.ts";
import { packagesElsewhere } from "./signs-packages.ts";
import { commandsOfServices } from "./signs-services.ts";
import { migrationScripts } from "./migration-scripts.ts";
import { targetsOf } from "./signs-targets.ts";
import type { Repository } from "./repository.ts";

/** Packages that only a project with migrations has, and the command that applies them. */
const PACKAGES: Readonly<Record<string, string>> = {
  prisma: "npx prisma migrate deploy",
  "drizzle-kit": "npx drizzle-kit migrate",
  "node-pg-migrate": "npx node-pg-migrate up",
  "db-migrate": "npx db-migrate up",
  dbmate: "npx dbmate migrate",
  "graphile-migrate": "npx graphile-migrate migrate",
  "@mikro-orm/migrations": "npx mikro-orm migration:up",
  "kysely-ctl": "npx kysely migrate latest",
  "sequelize-cli": "npx sequelize-cli db:migrate",
  umzug: "node migrate.js up",
  "postgres-migrations": "npx pg-migrations",
  "@databases/pg-migrations": "npx pg-migrations apply",
  postgrator: "npx postgrator",
  "postgrator-cli": "npx postgrator",
  liquibase: "npx liquibase update",
  "@payloadcms/db-postgres": "npx payload migrate",
};
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
export async function signsOfMigrations(repository: Repository): Promise<readonly Sign[]> {
  const absent = await signsOfAbsent(repository);
  if (absent.length > 0) return absent;
  const tools = await detectBelow(repository);
  if (tools.length > 0) return ofToolsBelow(tools);
  const manifests = await manifestsOf(repository);
  const scripts = manifests.flatMap(({ folder, text }) => migrationScripts(text).map((name) => ofScript(name, folder)));
  const targets = await targetsOf(repository);
  const services = await commandsOfServices(repository);
  const packages = await Promise.all(Object.keys(PACKAGES).map(async (name) => ((await repository.depends(name)) ? [name] : [])));
  const inPackages = manifests.flatMap(({ folder, text }) =>
    Object.keys(PACKAGES).filter((name) => folder !== "." && listsPackage(text, name)),
  );
  const folders = await Promise.all(
    FOLDERS.map(async (folder) => ((await repository.list(folder)).some((path) => !/\/\.[^/]*$/.test(path)) ? [folder] : [])),
  );
  const found = [
    ...scripts,
    ...targets,
    ...services,
    ...[...new Set([...packages.flat(), ...inPackages])].map(ofPackage),
    ...folders.flat().map(ofFolder),
  ];
  if (found.length > 0) return found;
  const below = await signsFarBelow(repository);
  return below.length > 0 ? below : packagesElsewhere(repository);
}

function ofToolsBelow(below: readonly ProjectBelow[]): readonly Sign[] {
  const [first, second] = below;
  const steps = below.map(({ tool, folder }) => `{ directory: ${folder}, tool: ${tool} }`).join(", ");
  const setting =
    second === undefined
      ? `migrations.directory to ${first?.folder ?? ""} in offshoot.yaml`
      : `migrations.directory in offshoot.yaml to the one that migrates this database, such as ${first?.folder ?? ""}. If it needs all of them, write them as steps in their order: migrations: [${steps}]`;
  return below.map(({ tool, folder }) => ({ text: `${tool} in ${folder}`, setting }));
}

/** The `package.json` of the repository, and those of the packages of its workspace. */
async function manifestsOf(repository: Repository): Promise<readonly { readonly folder: string; readonly text: string }[]> {
  const { workspaceFolders } = await import("./workspaces.ts");
  const folders = [".", ...(await workspaceFolders(repository))];
  const read = await Promise.all(
    folders.map(async (folder) => {
      const text = await repository.read(folder === "." ? "package.json" : `${folder}/package.json`);
      return text === undefined ? [] : [{ folder, text }];
    }),
  );
  return read.flat();
}

function ofScript(name: string, folder: string): Sign {
  const command = shellCommand(["npm", "run", name]);
  return folder === "."
    ? {
        text: `the script "${name}" in package.json`,
        setting: `migrations.command in offshoot.yaml to run it, such as \`${command}\`, and migrations.files to the files on which it depends`,
      }
    : {
        text: `the script "${name}" in ${folder}/package.json`,
        setting: `migrations.directory to ${folder} in offshoot.yaml, migrations.command to run it, such as \`${command}\`, and migrations.files to the files on which it depends`,
      };
}

function listsPackage(manifest: string, name: string): boolean {
  try {
    const { dependencies, devDependencies } = JSON.parse(manifest) as Record<string, object | undefined>;
    return [dependencies, devDependencies].some((list) => Object.hasOwn(Object(list), name));
  } catch {
    return false;
  }
}

function ofPackage(name: string): Sign {
  return {
    command: PACKAGES[name] ?? "",
    text: `the package ${name}`,
    setting: `migrations.folder in offshoot.yaml to the folder with its migration files, or migrations.command, such as \`${PACKAGES[name] ?? ""}\``,
  };
}

function ofFolder(folder: string): Sign {
  return {
    text: `the folder ${folder}`,
    setting: `migrations.command in offshoot.yaml to the command that applies its files, and migrations.files to \`${folder}/**\``,
    files: `${folder}/**`,
  };
}
