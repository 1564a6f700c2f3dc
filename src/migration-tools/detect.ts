import { join } from "node:path";
import { codeOf, isOffshootError, OffshootError } from "../errors.ts";
import { shellCommand } from "../shell-command.ts";
import { TOOLS } from "./registry.ts";
import { type Repository, repositoryIn } from "./repository.ts";
import { migrationScripts } from "./migration-scripts.ts";
import { sql } from "./sql.ts";
import type { Project } from "./tool.ts";

/**
 * Finds all tools that the repository uses. Plain SQL files count only if no other tool is found, because many tools keep
 * their migrations in a folder of SQL files.
 */
export async function detectTools(repository: Repository, folder?: string): Promise<readonly Project[]> {
  const found = await Promise.all(TOOLS.filter((tool) => tool !== sql).map((tool) => tool.find(repository, folder)));
  const projects = found.filter((project) => project !== undefined);
  if (projects.length > 0) return projects;
  const plain = folder === undefined ? await plainOf(repository) : await sql.find(repository, folder);
  return plain === undefined ? [] : [plain];
}

/** Plain SQL files of the repository itself: `db/migrations` belongs to the package `db` of a workspace, whose tool runs it. */
async function plainOf(repository: Repository): Promise<Project | undefined> {
  const { workspaceFolders } = await import("./workspaces.ts");
  const packages = await workspaceFolders(repository);
  const own: Repository = {
    ...repository,
    list: async (folder) => (packages.some((name) => folder.startsWith(`${name}/`)) ? [] : repository.list(folder)),
  };
  const project = await sql.find(own);
  return project && { ...project, ...(await besideScript(repository, project)) };
}

/** A script of the repository can be what applies the files, with placeholders or rules of its own. */
async function besideScript(repository: Repository, { leaves }: Project): Promise<Pick<Project, "leaves">> {
  const [script] = migrationScripts(await repository.read("package.json"));
  if (script === undefined) return leaves === undefined ? {} : { leaves };
  const text = `The files were applied as plain SQL, and the script "${script}" of package.json did not run. If it is what migrates, set migrations.command in offshoot.yaml to \`${shellCommand(["npm", "run", script])}\`; if not, set migrations.tool to sql.`;
  return { leaves: leaves === undefined ? text : `${leaves} ${text}` };
}

/** A tool that is used in a subfolder. Larger repositories often have their backend in a subfolder, such as `services/api`. */
export interface ProjectBelow extends Pick<Project, "tool" | "evidence"> {
  readonly folder: string;
}

/** Folders are searched down to this level. Outside of a checkout only direct ones: `/` and a home folder contain those of others. */
const MOST_LEVELS = 3;
/** Far more than the folders of a repository at these levels that people work in. */
const MOST_FOLDERS = 500;
/** Folders whose migrations are of no use for the repository itself. */
export const OTHERS = /^(?:examples?|samples?|demos?|docs?|tests?|__tests__|specs?|e2e|fixtures|testdata|templates?|third[_-]?party)$/i;

/**
 * Finds all tools that are used in subfolders. One that cannot be read, or is in doubt, is not a candidate. A folder in which a
 * tool was found is not searched further: its migrations can look like plain SQL.
 */
export async function detectBelow(repository: Repository): Promise<readonly ProjectBelow[]> {
  const found: ProjectBelow[] = [];
  let folders = await repository.folders();
  let left = MOST_FOLDERS;
  const levels = (await repository.isCheckout()) ? MOST_LEVELS : 1;
  for (let level = 1; level <= levels; level += 1) {
    const searched = folders.filter((folder) => !OTHERS.test(folder.replace(/^.*\//, ""))).slice(0, left);
    left -= searched.length;
    const looked = await Promise.all(searched.map(async (folder) => ({ folder, ...(await detectIn(repository, folder)) })));
    found.push(...looked.flatMap(({ folder, tools }) => tools.map((tool) => ({ folder, ...tool }))));
    folders = looked.flatMap(({ folder, tools, inside }) => (tools.length > 0 ? [] : inside.map((name) => `${folder}/${name}`)));
  }
  return found;
}

/** The names of the files and folders, one of which each tool has. The full search of hundreds of folders takes seconds. */
const HINTS =
  /alembic|atlas|changelog|drizzle|kysely|knexfile|liquibase|migrat|mikro-orm|prisma|sqitch|supabase|umzug|^(?:\.config|\.gmrc.*|\.sequelizerc|artisan|bin|config|data-source\..*|db|database|ent|internal|manage\.py|master\..*|mix\.exs|ormconfig\..*|payload\.config\..*|priv|pyproject\.toml|root\..*|scripts|sql)$|\.csproj$/;

async function mayHaveTool(repository: Repository): Promise<boolean> {
  const names = [...(await repository.list(".")), ...(await repository.list("src"))];
  return names.some((name) => HINTS.test(name.replace(/^.*\//, ""))) || names.includes("src/main");
}

/** Error codes of a folder that belongs to somebody else. */
const FORBIDDEN = ["EACCES", "EPERM"];

/** The tools of one folder below the repository. */
export async function detectToolsIn(repository: Repository, folder: string): Promise<readonly ProjectBelow[]> {
  return (await detectIn(repository, folder)).tools.map((tool) => ({ folder, ...tool }));
}

/** The tools of a folder, and the names of its subfolders. Nothing in a folder that this user cannot read. */
async function detectIn(
  { directory }: Repository,
  folder: string,
): Promise<{ readonly tools: readonly Pick<Project, "tool" | "evidence">[]; readonly inside: readonly string[] }> {
  const below = repositoryIn(join(directory, folder));
  try {
    const inside = await below.folders();
    if (!(await mayHaveTool(below))) return { tools: [], inside };
    return { tools: (await detectTools(below)).map(({ tool, evidence }) => ({ tool, evidence })), inside };
  } catch (thrown) {
    if (isOffshootError(thrown) || FORBIDDEN.includes(codeOf(thrown) ?? "")) return { tools: [], inside: [] };
    throw thrown;
  }
}

/** A tool in a package of the repository's workspace. */
export interface ProjectInWorkspace {
  /** The folder of the package, relative to the repository. */
  readonly folder: string;
  readonly project: Project;
}

/** Finds all tools that are used in the packages of the repository's workspace. */
export async function detectInWorkspace(repository: Repository, given?: string): Promise<readonly ProjectInWorkspace[]> {
  const { workspaceFolders } = await import("./workspaces.ts");
  const found: ProjectInWorkspace[] = [];
  for (const folder of await workspaceFolders(repository)) {
    const projects = await detectTools(repositoryIn(join(repository.directory, folder)), given);
    found.push(...projects.map((project) => ({ folder, project })));
  }
  return found;
}

/** The tools of packages of the workspace that `project`, the one at its top, hides: it does not run the files of these packages. */
export async function hiddenInWorkspace(repository: Repository, project: Project): Promise<readonly ProjectInWorkspace[]> {
  const all = await detectInWorkspace(repository);
  return all.filter(({ folder }) => !project.files.some((pattern) => pattern.startsWith(`${folder}/`)));
}

/** Finds the tool that the repository uses. Undefined if there is none. Throws `TOOL_AMBIGUOUS` if there are several. */
export async function detectTool(repository: Repository, folder?: string): Promise<Project | undefined> {
  const projects = await detectTools(repository, folder);
  if (projects.length < 2) return projects[0];
  const found = projects.map(({ tool, evidence }) => `${tool} (${evidence})`).join(" and ");
  throw new OffshootError("TOOL_AMBIGUOUS", `Several migration tools were found: ${found}.`, {
    meaning: `It is not clear which of them migrates the database of ${repository.directory}.`,
    remedy: `Set migrations.tool in offshoot.yaml to ${projects.map(({ tool }) => tool).join(", ")} or none. If both are needed, write them as steps: migrations: [${projects.map(({ tool }) => `{ tool: ${tool} }`).join(", ")}].`,
  });
}

/** Finds the given tool in the repository. Undefined if the repository does not use it. */
export async function findTool(name: string, repository: Repository, folder?: string): Promise<Project | undefined> {
  return TOOLS.find((known) => known.name === name)?.find(repository, folder);
}

/** Finds the given tool in the repository. Throws `TOOL_UNSUITABLE` if the repository does not use it. */
export async function requireTool(name: string, repository: Repository, folder?: string): Promise<Project> {
  const project = await findTool(name, repository, folder);
  if (project !== undefined) return project;
  const tool = TOOLS.find((known) => known.name === name);
  if (folder !== undefined && tool !== undefined) throw await withoutMigrations(name, repository, folder);
  throw new OffshootError("TOOL_UNSUITABLE", `No migrations of ${name} were found in ${repository.directory}.`, {
    meaning: `Expected ${tool?.expects ?? `one of the tools ${TOOLS.map((known) => known.name).join(", ")}`}.`,
    remedy:
      "Set migrations.directory to the folder of the tool, and migrations.folder to the folder of its migration files. Or set migrations.command.",
  });
}

/** The error for the setting migrations.folder: a folder that does not exist, or in which the tool finds nothing. */
async function withoutMigrations(name: string, repository: Repository, folder: string): Promise<OffshootError> {
  const { directory } = repository;
  const exists = (await repository.first(folder)) !== undefined;
  const what = exists ? `contains no migrations of ${name}` : "does not exist";
  return new OffshootError("TOOL_UNSUITABLE", `The folder ${folder} of the setting migrations.folder ${what}.`, {
    meaning: exists ? `offshoot looked in ${join(directory, folder)}.` : `offshoot looked for ${join(directory, folder)}.`,
    remedy: exists
      ? `Set migrations.folder to the folder with the migration files, and migrations.directory to the one with the configuration of ${name}. If a build writes them, run it before.`
      : "Correct the path, which is relative to migrations.directory and is written with `/`. If a build writes the folder, run it before.",
    facts: { folder },
  });
}
