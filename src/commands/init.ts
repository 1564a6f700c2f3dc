import { checkOptionNames } from "../context/option-names.ts";
import { ownCommand } from "../shell-command.ts";
import { writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readConfigurationFile } from "../config/file.ts";
import { readFlags } from "../config/sources.ts";
import { loadSettings, type Resolved } from "../config/load.ts";
import { codeOf, messageOf, OffshootError } from "../errors.ts";
import { makeFolders } from "../make-folders.ts";
import type { RepositoryFacts, KnownMigrations, PresentConfiguration } from "../init/repository-facts.ts";
import { inspectPipelines, inspectProject } from "../init/inspect.ts";
import { type Plan, planInit, type PlannedFile } from "../init/plan.ts";
import { type FoundSeed, findSeed } from "../init/seeds.ts";
import type { CiServiceName } from "../init/services/registry.ts";
import { readCheckout } from "../identity/checkout.ts";
import type { CommonOptions } from "../context/context.ts";
import { readText } from "../read-file.ts";
import { detectBelow, detectInWorkspace, detectTools, hiddenInWorkspace, requireTool } from "../migration-tools/detect.ts";
import { signsOfMigrations } from "../migration-tools/signs.ts";
import { type Repository, repositoryIn } from "../migration-tools/repository.ts";
import type { Project } from "../migration-tools/tool.ts";
import { chosenFolder } from "../process/working-directory.ts";
import { VERSION } from "../version.ts";

export interface InitOptions extends CommonOptions {
  /** The CI service of the pipeline, or `none` to write only the configuration; default the service in use, else GitHub Actions. */
  readonly service?: CiServiceName | "none" | undefined;
  /** Only return the plan, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

export interface InitResult extends Plan {
  /** Whether the new files were written; false when only the plan was asked for. */
  readonly applied: boolean;
}

export type { PlannedFile } from "../init/plan.ts";

/**
 * Writes `offshoot.yaml`, with `settings`, and a CI pipeline for the repository that contains `cwd`. Existing files are
 * never changed: for those, the result holds the text to add. A second call has no effect.
 *
 * Environment variables are not read as settings, because they belong to this machine and not to the repository. Throws
 * `TOOL_AMBIGUOUS` or `USAGE` when several migration tools or CI services are in use, and `CONFIG_INVALID`; nothing is
 * written then.
 */
export async function init(options: InitOptions = {}): Promise<InitResult> {
  checkOptionNames(options);
  const cwd = await chosenFolder(options.cwd);
  const { top, host } = await readCheckout(cwd);
  const planned = planInit(await lookAround(options, { cwd, top, host }), options.service);
  if (options.dryRun === true) return { ...planned, applied: false };
  const files: PlannedFile[] = [];
  for (const file of planned.files) files.push(file.state === "new" ? await writeNew(top, file) : file);
  return { ...planned, files, applied: true };
}

interface Place {
  readonly cwd: string;
  /** The root of the checkout. */
  readonly top: string;
  readonly host: string | undefined;
}

async function lookAround(options: InitOptions, { cwd, top, host }: Place): Promise<RepositoryFacts> {
  const flags = options.settings ?? {};
  refuseSettings(flags);
  const resolved = await loadSettings({ cwd, env: {}, flags, file: options.config });
  const migrations = await migrationsIn(resolved);
  return {
    folder: slashes(relative(top, cwd)),
    host,
    version: ownVersion(),
    migrations,
    given: Object.fromEntries([...readFlags(flags).entries].map(([path, { input }]) => [path, input])),
    configuration: await presentConfiguration(resolved, top, flags),
    ...(await inspectProject(
      upwards(cwd, top).map((folder) => repositoryIn(folder)),
      migrations,
    )),
    pipelines: await inspectPipelines(repositoryIn(top)),
  };
}

/** Some settings must not be in a file that every run reads. */
function refuseSettings(flags: Readonly<Record<string, unknown>>): void {
  if (flags["existing.url"] !== undefined) {
    throw new OffshootError("USAGE", "The setting existing.url must not be written to offshoot.yaml: it may contain a password.", {
      remedy: "Set the environment variable OFFSHOOT_EXISTING_URL as a secret of the pipeline instead.",
    });
  }
  if (flags["run"] !== undefined) {
    throw new OffshootError("USAGE", "The setting run must not be written to offshoot.yaml: all pipelines would share one database.", {
      remedy: "Remove --run. Each pipeline then gets its own run from its id in the CI.",
    });
  }
}

async function migrationsIn({ settings, directory }: Resolved): Promise<KnownMigrations> {
  const { tool, command, folder, directory: below } = settings.migrations;
  if (command !== undefined || tool === "none") return { from: "settings" };
  const repository = repositoryIn(resolve(directory, below ?? "."));
  const projects = tool === undefined ? await detectTools(repository, folder) : [await requireTool(tool, repository, folder)];
  const [first] = projects;
  if (first === undefined) return below === undefined ? migrationsBelow(repository) : { from: "nothing", below: [] };
  if (projects.length > 1) throw ambiguous(projects);
  const hidden = tool === undefined && below === undefined && folder === undefined ? await hiddenInWorkspace(repository, first) : [];
  if (hidden.length > 0) {
    const all = [{ folder: ".", project: first }, ...hidden];
    return { from: "nothing", below: all.map((each) => ({ tool: each.project.tool, folder: each.folder })) };
  }
  const found = { from: "tool", tool: first.tool, ...(await seedIn(repository, first.tool)) } as const;
  return below === undefined ? { ...found, evidence: first.evidence } : { ...found, evidence: first.evidence, directory: below };
}

async function seedIn(repository: Repository, tool: string): Promise<{ readonly seed?: FoundSeed }> {
  const seed = await findSeed(repository, tool);
  return seed === undefined ? {} : { seed };
}

function ambiguous(projects: readonly Project[]): OffshootError {
  const found = projects.map(({ tool, evidence }) => `${tool} (${evidence})`).join(" and ");
  return new OffshootError("TOOL_AMBIGUOUS", `Several migration tools were found: ${found}.`, {
    meaning: "offshoot cannot decide which of them migrates the database. Nothing was written.",
    remedy: `Name one: ${ownCommand(["init", "--set", `migrations.tool=${projects[0]?.tool}`])}. If the database needs all of them, write offshoot.yaml with steps: migrations: [${projects.map(({ tool }) => `{ tool: ${tool} }`).join(", ")}].`,
  });
}

/** The migration tool of a package of the workspace or of a subfolder, when exactly one of them has one. */
async function migrationsBelow(repository: Repository): Promise<KnownMigrations> {
  const inWorkspace = await detectInWorkspace(repository);
  const projects =
    inWorkspace.length > 0
      ? inWorkspace.map(({ folder, project }) => ({ folder, tool: project.tool, evidence: project.evidence }))
      : await detectBelow(repository);
  const [first] = projects;
  if (first !== undefined && projects.length === 1) {
    const seed = await seedIn(repositoryIn(join(repository.directory, first.folder)), first.tool);
    return { from: "tool", tool: first.tool, evidence: first.evidence, directory: first.folder, ...seed };
  }
  const [sign] = projects.length > 0 ? [] : await signsOfMigrations(repository);
  return { from: "nothing", below: projects.map(({ folder, tool }) => ({ tool, folder })), ...(sign === undefined ? {} : { sign }) };
}

async function presentConfiguration(
  { file }: Resolved,
  top: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<PresentConfiguration | undefined> {
  if (file === undefined) return undefined;
  const path = slashes(relative(top, file));
  const { entries } = await readConfigurationFile(file, path);
  const given = [...readFlags(flags).entries];
  const missing = given.filter(([key, { value }]) => !isDeepStrictEqual(entries.get(key)?.value, value)).map(([key]) => key);
  return { path, text: await readText(file), missing };
}

/** Never overwrites a file that was created meanwhile: its state becomes `add`, and the user adds the text. */
export async function writeNew(top: string, file: PlannedFile): Promise<PlannedFile> {
  const path = join(top, file.path);
  try {
    await makeFolders(dirname(path));
    return (await writeOnce(path, file.text)) ? file : { ...file, state: "add" };
  } catch (thrown) {
    throw new OffshootError("USAGE", `Could not write ${file.path}: ${messageOf(thrown)}.`, {
      remedy: "Make the folder writable, and run `offshoot init` again. Files that were already written are kept.",
    });
  }
}

async function writeOnce(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") return false;
    throw thrown;
  }
}

/** The folder and all folders above it, up to the root of the checkout. */
function upwards(folder: string, top: string): readonly string[] {
  return folder === top ? [folder] : [folder, ...upwards(dirname(folder), top)];
}

/** The version range for `npx offshoot@…` within which nothing breaks. */
function ownVersion(): string {
  const [major, minor] = VERSION.split(".");
  return major === "0" ? `0.${minor}` : `${major}`;
}

function slashes(path: string): string {
  return path.split(sep).join("/");
}
