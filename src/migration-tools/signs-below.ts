import { posix } from "node:path";
import { detectToolsIn, OTHERS } from "./detect.ts";
import { repositoryIn, type Repository } from "./repository.ts";
import { holdsMigrations } from "./signs-files.ts";

/** What shows that a repository has migrations although none were detected. */
export interface Sign {
  /** Such as `the script "migrate" in package.json`. */
  readonly text: string;
  /** The setting to write. Completes "Set …". */
  readonly setting: string;
  /** The command that migrates, where it is known. */
  readonly command?: string;
  /** A pattern of the migration files, where they are known. */
  readonly files?: string;
}

/** Files of tools that keep their migrations beside them or in a folder that they name. */
const CONFIGURATION =
  /^(?:alembic\.ini|knexfile\.\w+|drizzle\.config\.\w+|kysely\.config\.\w+|mikro-orm\.config\.\w+|data-source\.[jt]s|\.sequelizerc|schema\.prisma|sqitch\.plan|atlas\.hcl|payload\.config\.\w+|liquibase\.properties)$/;
/** Far more than the folders that people work in. */
const MOST_FOLDERS = 5000;
const MOST_LEVELS = 10;
const MOST_SIGNS = 3;

/**
 * What shows that a repository has migrations far below its top, or in a folder that no tool names: `src/a/b/alembic.ini`, or
 * `engines/billing/db/migrate/1_a.rb`. Only in a checkout, since a home folder contains the projects of others.
 */
export async function signsFarBelow(repository: Repository): Promise<readonly Sign[]> {
  const here = (await repository.list(".")).find((name) => CONFIGURATION.test(name));
  if (here !== undefined) return [ofConfiguration(here)];
  if (!(await repository.isCheckout())) return [];
  const found: Sign[] = [];
  let folders = await repository.folders();
  let left = MOST_FOLDERS;
  for (let level = 1; level <= MOST_LEVELS && folders.length > 0 && left > 0 && found.length < MOST_SIGNS; level += 1) {
    const searched = folders.filter((folder) => !OTHERS.test(posix.basename(folder))).slice(0, left);
    left -= searched.length;
    const looked = await Promise.all(searched.map((folder) => lookInto(repository, folder)));
    for (const { sign, folder } of looked) if (sign && found.length < MOST_SIGNS) found.push(await signOf(repository, folder));
    folders = looked.flatMap(({ sign, folder, inside }) => (sign ? [] : inside.map((name) => `${folder}/${name}`)));
  }
  return found;
}

async function lookInto(
  repository: Repository,
  folder: string,
): Promise<{ readonly folder: string; readonly sign: boolean; readonly inside: readonly string[] }> {
  const names = (await repository.list(folder).catch(() => [])).map((path) => posix.basename(path));
  const sign = names.some((name) => CONFIGURATION.test(name)) || (await holdsMigrations(repository, folder, names));
  const inside = sign
    ? []
    : await repositoryIn(posix.join(repository.directory, folder))
        .folders()
        .catch(() => []);
  return { folder, sign, inside };
}

/** The tool of the folder, or of a folder above it. Else the folder itself, for which only a command can be set. */
async function signOf(repository: Repository, folder: string): Promise<Sign> {
  for (let above = folder; above !== "."; above = posix.dirname(above)) {
    const [tool] = await detectToolsIn(repository, above);
    if (tool !== undefined) return { text: `${tool.tool} in ${above}`, setting: `migrations.directory to ${above} in offshoot.yaml` };
  }
  const configuration = (await repository.list(folder)).find((path) => CONFIGURATION.test(posix.basename(path)));
  if (configuration !== undefined) return ofConfiguration(configuration);
  return {
    text: `the folder ${folder}`,
    setting: `migrations.command in offshoot.yaml to the command that applies its files, and migrations.files to \`${folder}/**\``,
    files: `${folder}/**`,
  };
}

function ofConfiguration(path: string): Sign {
  return {
    text: `the file ${path}`,
    setting:
      "migrations.tool to its tool in offshoot.yaml, and migrations.folder to the folder with its migration files. Or set migrations.command",
  };
}
