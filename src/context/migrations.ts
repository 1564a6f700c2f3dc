import { readFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { OffshootError } from "../errors.ts";
import type { MigrationCommand } from "../readiness/command.ts";
import { fingerprintOf } from "../readiness/fingerprint.ts";
import type { MigrationWork } from "../readiness/work.ts";
import type { Project } from "../migration-tools/tool.ts";
import type { Context } from "./context.ts";

/** What brings a database up to date, and the name of the state that it leads to. */
export interface Migrations {
  readonly command: MigrationCommand | MigrationWork;
  /** The command as a person would type it. */
  readonly text: string;
  /** Where the command runs, absolute. */
  readonly directory: string;
  readonly fingerprint: string;
  /** The tool's project, where a tool was named or detected. */
  readonly project?: Project;
  /** Further environment of the command. */
  env(url: string): Readonly<Record<string, string>>;
}

/**
 * The run's migrations: from `argv` (what stood after `--`), from the configuration, or from the one migration tool
 * that is used here; undefined when there are none. Throws `MIGRATION_FILES_MISSING` when a configured pattern matches
 * no file, `MIGRATION_HEADS` when a tool's history was never joined, `TOOL_AMBIGUOUS` and `TOOL_UNSUITABLE`.
 */
export async function migrationsOf(context: Context, argv: readonly string[] = []): Promise<Migrations | undefined> {
  const { files, command } = context.settings.migrations;
  const directory = migrationDirectory(context);
  if (argv.length === 0 && command === undefined) return migrationsOfTool(context, directory);
  const text = argv.length > 0 ? argv.join(" ") : (command ?? "");
  return {
    command: argv.length > 0 ? { kind: "argv", argv } : { kind: "shell", text },
    text,
    directory: argv.length > 0 ? context.cwd : directory,
    fingerprint: await fingerprintOf({ directory, files, command: text }),
    env: () => ({}),
  };
}

/** Migrations that a function does: what is fingerprinted are the configured files, and its name. */
export async function migrationsByWork(context: Context, name: string, run: MigrationWork["run"]): Promise<Migrations> {
  const directory = migrationDirectory(context);
  const fingerprint = await fingerprintOf({ directory, files: context.settings.migrations.files, command: `function ${name}` });
  return { command: { kind: "work", name, run }, text: name, directory, fingerprint, env: () => ({}) };
}

/** The same, where a command can't go on without; `argv` is what was given to one that takes it. Throws `COMMAND_MISSING`. */
export async function requireMigrations(context: Context, argv?: readonly string[]): Promise<Migrations> {
  const migrations = await migrationsOf(context, argv);
  if (migrations !== undefined) return migrations;
  const [given, orGive] =
    argv === undefined ? ["", ""] : [" none was given,", ", or give it after `--`: offshoot migrate -- alembic upgrade head"];
  throw new OffshootError("COMMAND_MISSING", `No migration command is configured,${given} and no migration tool was detected.`, {
    remedy: `Set migrations.command in offshoot.yaml${orGive}`,
  });
}

/** Where migrations run, absolute. */
export function migrationDirectory(context: Context): string {
  return resolve(context.resolved.directory, context.settings.migrations.directory ?? ".");
}

/** The project of the tool that is set, or else detected. Throws `TOOL_AMBIGUOUS` and `TOOL_UNSUITABLE`. */
export async function findProject(context: Context, directory = migrationDirectory(context)): Promise<Project | undefined> {
  const { tool, folder } = context.settings.migrations;
  if (tool === "none") return undefined;
  const { repositoryIn } = await import("../migration-tools/repository.ts");
  const { detectTool, requireTool } = await import("../migration-tools/detect.ts");
  const repository = repositoryIn(directory);
  return tool === undefined ? detectTool(repository, folder) : requireTool(tool, repository, folder);
}

async function migrationsOfTool(context: Context, directory: string): Promise<Migrations | undefined> {
  const project = await findProject(context, directory);
  if (project === undefined) return undefined;
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
      ...(toolVersion === undefined ? {} : { toolVersion }),
    }),
    project,
    env: (url) => ({ ...withPrograms(directory, context.env["PATH"]), ...project.env?.(url) }),
  };
}

/** Programs of installed npm packages are found as in npm's own scripts: the nearest `node_modules` first. */
function withPrograms(directory: string, path = ""): { readonly PATH: string } {
  return { PATH: [...ancestors(directory).map((folder) => join(folder, "node_modules", ".bin")), path].join(delimiter) };
}

async function installedVersion(directory: string, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  for (const folder of ancestors(directory)) {
    const text = await readFile(join(folder, "node_modules", name, "package.json"), "utf8").catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version?: string }).version;
  }
  return undefined;
}

function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
