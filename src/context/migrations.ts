import { delimiter, dirname, join, resolve } from "node:path";
import { OffshootError } from "../errors.ts";
import { readText } from "../read-file.ts";
import type { MigrationCommand } from "../readiness/migration-command.ts";
import { fingerprintOf } from "../readiness/fingerprint.ts";
import type { MigrationWork } from "../readiness/work.ts";
import type { Repository } from "../migration-tools/repository.ts";
import type { Project } from "../migration-tools/tool.ts";
import type { Context } from "./context.ts";

/** The migrations of a repository, and the fingerprint of the schema that they create. */
export interface Migrations {
  readonly command: MigrationCommand | MigrationWork;
  /** The command as typed in a shell. */
  readonly text: string;
  /** The folder where the command runs; absolute. */
  readonly directory: string;
  readonly fingerprint: string;
  /** The project of the migration tool; missing when a command is configured. */
  readonly project?: Project;
  /** Additional environment variables of the command. */
  env(url: string): Readonly<Record<string, string>>;
}

/**
 * The run's migrations: from `argv` (the words after `--`), else from the configuration, else from the detected
 * migration tool; undefined when there are none. Throws `MIGRATION_FILES_MISSING` when a configured pattern matches no
 * file, `MIGRATION_HEADS` when the tool has several newest migrations, `TOOL_AMBIGUOUS` and `TOOL_UNSUITABLE`.
 */
export async function migrationsOf(context: Context, argv: readonly string[] = []): Promise<Migrations | undefined> {
  const { files, command } = context.settings.migrations;
  const directory = migrationDirectory(context);
  if (argv.length === 0 && command === undefined) return migrationsOfTool(context);
  const text = argv.length > 0 ? argv.join(" ") : (command ?? "");
  return {
    command: argv.length > 0 ? { kind: "argv", argv } : { kind: "shell", text },
    text,
    directory: argv.length > 0 ? context.cwd : directory,
    fingerprint: await fingerprintOf({ directory, files, command: text, signal: context.signal }),
    env: () => ({}),
  };
}

/** Migrations that a function runs. The fingerprint covers the configured files and the name of the function. */
export async function migrationsByWork(context: Context, name: string, run: MigrationWork["run"]): Promise<Migrations> {
  const directory = migrationDirectory(context);
  const { files } = context.settings.migrations;
  const fingerprint = await fingerprintOf({ directory, files, command: `function ${name}`, signal: context.signal });
  return { command: { kind: "work", name, run }, text: name, directory, fingerprint, env: () => ({}) };
}

/**
 * The run's migrations, for commands that need them. `example` is the command that the error suggests, with words after
 * `--`; undefined: none. Throws `COMMAND_MISSING`, and what `migrationsOf` throws.
 */
export async function requireMigrations(context: Context, argv?: readonly string[], example?: string): Promise<Migrations> {
  const migrations = await migrationsOf(context, argv);
  if (migrations !== undefined) return migrations;
  const orGive = example === undefined ? "." : `, or give the command after \`--\`: ${example} -- alembic upgrade head`;
  throw new OffshootError("COMMAND_MISSING", "No migration command is configured, and no migration tool was detected.", {
    remedy: `Set migrations.command in offshoot.yaml${orGive}`,
  });
}

/** The folder where migrations run; absolute. */
export function migrationDirectory(context: Context): string {
  return resolve(context.resolved.directory, context.settings.migrations.directory ?? ".");
}

/** A migration tool, and the folder where it runs; absolute. */
export interface LocatedProject {
  readonly project: Project;
  readonly directory: string;
}

/**
 * The project of the configured migration tool, else of the detected one: in the folder of the configuration, or in a
 * package of its workspace. Throws `TOOL_AMBIGUOUS` and `TOOL_UNSUITABLE`.
 */
export async function findProject(context: Context): Promise<LocatedProject | undefined> {
  const { tool, folder, directory: configured } = context.settings.migrations;
  if (tool === "none") return undefined;
  const directory = migrationDirectory(context);
  const { repositoryIn } = await import("../migration-tools/repository.ts");
  const { detectTool, findTool, requireTool } = await import("../migration-tools/detect.ts");
  const repository = repositoryIn(directory);
  if (tool !== undefined) {
    const found = await findTool(tool, repository, folder);
    if (found !== undefined) return { project: found, directory };
    const inWorkspace = configured === undefined ? await findInWorkspace(repository, tool, folder) : undefined;
    return inWorkspace ?? { project: await requireTool(tool, repository, folder), directory };
  }
  const project = await detectTool(repository, folder);
  if (project !== undefined) return { project, directory };
  return configured === undefined ? findInWorkspace(repository, tool, folder) : undefined;
}

async function findInWorkspace(
  repository: Repository,
  tool: string | undefined,
  folder: string | undefined,
): Promise<LocatedProject | undefined> {
  const { detectInWorkspace } = await import("../migration-tools/detect.ts");
  const all = await detectInWorkspace(repository, folder);
  const found = tool === undefined ? all : all.filter(({ project }) => project.tool === tool);
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === 1) return { project: first.project, directory: resolve(repository.directory, first.folder) };
  const places = found.map((each) => `${each.project.tool} in ${each.folder}`);
  throw new OffshootError("TOOL_AMBIGUOUS", `Several packages have migrations: ${places.join(" and ")}.`, {
    meaning: "It is not clear which of them migrates the database.",
    remedy: `Set migrations.directory in offshoot.yaml to the folder of one package, such as ${first.folder}.`,
  });
}

async function migrationsOfTool(context: Context): Promise<Migrations | undefined> {
  const located = await findProject(context);
  if (located === undefined) return undefined;
  const { project, directory } = located;
  const { requireOneHead } = await import("../migration-tools/revisions.ts");
  requireOneHead(project);
  const { tool, command, files } = project;
  const toolVersion = await installedVersion(directory, project.package);
  return {
    command: { kind: "shell", text: command },
    text: command,
    directory,
    fingerprint: await fingerprintOf({
      directory,
      files: [...files, ...context.settings.migrations.files],
      command,
      tool,
      signal: context.signal,
      ...(toolVersion === undefined ? {} : { toolVersion }),
    }),
    project,
    env: (url) => ({ ...withPrograms(directory, context.env["PATH"]), ...project.env?.(url) }),
  };
}

/** As in npm scripts, programs of installed packages come first in PATH, from the nearest `node_modules` upwards. */
function withPrograms(directory: string, path = ""): { readonly PATH: string } {
  return { PATH: [...ancestors(directory).map((folder) => join(folder, "node_modules", ".bin")), path].join(delimiter) };
}

async function installedVersion(directory: string, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  for (const folder of ancestors(directory)) {
    const text = await readText(join(folder, "node_modules", name, "package.json")).catch(() => undefined);
    if (text !== undefined) return versionIn(text);
  }
  return undefined;
}

/** A manifest without a version, or one that is not valid, has none. The package's own program reports its damage. */
function versionIn(text: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(text);
    const version: unknown = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
