import { lstat } from "node:fs/promises";
import { join, posix } from "node:path";
import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import type { Sign } from "./signs-below.ts";

/** Folders whose content is migrations, by the last part of their path. */
const FOLDER = /(?:^|[._-])(?:migrations?|migrate|schemas?|changelogs?|sql|db|database)$/i;
const FOLDERS = ["migrations", "db/migrate", "db/migrations", "prisma/migrations", "sql/migrations", "database/migrations"];

/** Migrations that belong to a checkout and are not in this one: a submodule that was not fetched, a link to nothing. */
export async function signsOfAbsent(repository: Repository): Promise<readonly Sign[]> {
  return [...(await emptySubmodules(repository)), ...(await brokenLinks(repository)), ...(await unbuiltFolders(repository))];
}

/** Configurations of tools, here or in `src/`, that can name a folder that a build writes. */
const CONFIGURATION =
  /(?:^|\/)(?:knexfile|\.sequelizerc|ormconfig|data-source|mikro-orm\.config|drizzle\.config|kysely\.config)(?:\.\w+)?$/;
const BUILT = /["'`](?:\.\/)?((?:[\w-]+\/)*(?:dist|build|lib|out)\/[\w/-]*?)(?:\/?(?:\*|\{)[^"'`]*|\/[^"'`/]*\.[^"'`]*|\/?)["'`]/g;

/** The command of the tool to which a configuration belongs. */
function commandOf(path: string): string {
  if (/knexfile/.test(path)) return "npx knex migrate:latest";
  if (/sequelizerc/.test(path)) return "npx sequelize-cli db:migrate";
  if (/mikro-orm/.test(path)) return "npx mikro-orm migration:up";
  if (/drizzle/.test(path)) return "npx drizzle-kit migrate";
  return /kysely/.test(path) ? "npx kysely migrate latest" : `npx typeorm migration:run -d ${posixWord(path)}`;
}

/** A folder of migrations that a build writes, and that this checkout does not have yet. */
async function unbuiltFolders(repository: Repository): Promise<readonly Sign[]> {
  const names = [...(await repository.list(".")), ...(await repository.list("src"))].filter((path) => CONFIGURATION.test(path));
  const found = await Promise.all(
    names.map(async (path) => {
      const folders = [...((await repository.read(path)) ?? "").matchAll(BUILT)].map(([, folder = ""]) => folder);
      const migrations = [...new Set(folders)].filter((folder) => /migrat/i.test(folder));
      const missing = await Promise.all(migrations.map(async (folder) => ((await repository.first(folder)) === undefined ? [folder] : [])));
      return missing.flat().map((folder) => ({
        text: `the folder ${folder} in ${path}, which does not exist`,
        command: commandOf(path),
        files: `${folder}/**`,
        setting: `up a build before offshoot runs, so that ${folder} exists. If the migrations are elsewhere, set migrations.folder in offshoot.yaml`,
      }));
    }),
  );
  return found.flat();
}

async function emptySubmodules(repository: Repository): Promise<readonly Sign[]> {
  const paths = [...((await repository.read(".gitmodules")) ?? "").matchAll(/^\s*path\s*=\s*(.+?)\s*$/gm)].map(([, path = ""]) => path);
  const found = await Promise.all(
    paths.map(async (path) => (FOLDER.test(posix.basename(path)) && (await repository.list(path)).length === 0 ? [path] : [])),
  );
  return found.flat().map((path) => ({
    text: `the git submodule ${path}, which is empty in this checkout`,
    setting: "up the submodule with `git submodule update --init`, or with the option of your CI for submodules",
  }));
}

async function brokenLinks(repository: Repository): Promise<readonly Sign[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const isLink = await lstat(join(repository.directory, folder)).then(
        (entry) => entry.isSymbolicLink(),
        () => false,
      );
      return isLink && (await repository.first(folder)) === undefined ? [folder] : [];
    }),
  );
  return found.flat().map((folder) => ({
    text: `the link ${folder}, whose target does not exist`,
    setting: "up the target of the link, or set migrations.folder in offshoot.yaml to the folder with the migrations",
  }));
}
