import { createHash } from "node:crypto";
import { delimiter, dirname, join } from "node:path";
import { type BaseKeys, baseKeys } from "../identity/base-key.ts";
import type { StepSettings } from "../config/settings.ts";
import { OffshootError } from "../errors.ts";
import { readText } from "../read-file.ts";
import type { MigrationCommand } from "../readiness/migration-command.ts";
import { fingerprintOf } from "../readiness/fingerprint.ts";
import type { MigrationWork } from "../readiness/work.ts";
import type { Project } from "../migration-tools/tool.ts";
import type { Context } from "./context.ts";
import { contextOfStep, findProject, migrationDirectory } from "./find-project.ts";

/** The migrations of a repository, and the fingerprint of the database that they create. */
export interface Migrations {
  readonly fingerprint: string;
  /** Most repositories have one step, without a name. */
  readonly steps: readonly [Step, ...Step[]];
}

/** One step of the migrations. */
export interface Step {
  /** Undefined for the only step. */
  readonly name?: string;
  readonly command: MigrationCommand | MigrationWork;
  /** The command as typed in a shell. */
  readonly text: string;
  /** The folder where the command runs; absolute. */
  readonly directory: string;
  readonly fingerprint: string;
  /** Patterns of the files that the fingerprint covers, from `directory`. */
  readonly files: readonly string[];
  /** The project of the migration tool; missing when a command is configured. */
  readonly project?: Project;
  /** Environment variables from the settings. */
  readonly variables: Readonly<Record<string, string>>;
  /** Additional environment variables of the tool. */
  env(url: string): Readonly<Record<string, string>>;
  readonly seed?: "once" | "repeatable";
}

/**
 * The run's migrations: from `argv` (the words after `--`), else from the configuration, else from the detected
 * migration tool; undefined when there are none. Throws `MIGRATION_FILES_MISSING` when a configured pattern matches no
 * file, `MIGRATION_HEADS` when the tool has several newest migrations, `TOOL_AMBIGUOUS` and `TOOL_UNSUITABLE`.
 */
export async function migrationsOf(context: Context, argv: readonly string[] = []): Promise<Migrations | undefined> {
  const { files, command, env: variables, steps } = context.settings.migrations;
  const directory = migrationDirectory(context);
  if (argv.length === 0 && steps !== undefined) return migrationsOfSteps(context, steps);
  if (argv.length === 0 && command === undefined) return oneStep(await migrationsOfTool(context));
  const text = argv.length > 0 ? argv.join(" ") : (command ?? "");
  return oneStep({
    command: argv.length > 0 ? { kind: "argv", argv } : { kind: "shell", text },
    text,
    directory: argv.length > 0 ? context.cwd : directory,
    fingerprint: await fingerprintOf({ directory, files, command: text, signal: context.signal }),
    files,
    variables,
    env: () => ({}),
  });
}

/** Migrations that a function runs. The fingerprint covers the configured files and the name of the function. */
export async function migrationsByWork(context: Context, name: string, run: MigrationWork["run"]): Promise<Migrations> {
  const directory = migrationDirectory(context);
  const { files, env: variables } = context.settings.migrations;
  const fingerprint = await fingerprintOf({ directory, files, command: `function ${name}`, signal: context.signal });
  const step = { command: { kind: "work", name, run }, text: name, directory, fingerprint, files, variables, env: () => ({}) } as const;
  return { fingerprint, steps: [step] };
}

/** The bases that runs with these migrations can use. */
export function basesOf({ run, ci }: Pick<Context, "run" | "ci">, { fingerprint }: Migrations): BaseKeys {
  return baseKeys(fingerprint, run, ci);
}

/** The migrations without their seeds. The first step is never a seed. */
export function withoutSeeds({ fingerprint, steps: [first, ...rest] }: Migrations): Migrations {
  return { fingerprint, steps: [first, ...rest.filter(({ seed }) => seed === undefined)] };
}

function oneStep(step: Step): Migrations;
function oneStep(step: Step | undefined): Migrations | undefined;
function oneStep(step: Step | undefined): Migrations | undefined {
  return step && { fingerprint: step.fingerprint, steps: [step] };
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

async function migrationsOfTool(context: Context): Promise<Step | undefined> {
  const located = await findProject(context);
  if (located === undefined) return undefined;
  const { project, directory } = located;
  const { requireOneHead } = await import("../migration-tools/revisions.ts");
  requireOneHead(project);
  const { tool, command, shown } = project;
  const files = [...project.files, ...context.settings.migrations.files];
  const toolVersion = await installedVersion(directory, project.package);
  return {
    command: { kind: "shell", text: command, shown },
    text: shown ?? command,
    directory,
    fingerprint: await fingerprintOf({
      directory,
      files,
      command,
      tool,
      signal: context.signal,
      ...(toolVersion === undefined ? {} : { toolVersion }),
    }),
    files,
    project,
    variables: context.settings.migrations.env,
    env: (url) => ({ ...withPrograms(directory, context.env["PATH"]), ...project.env?.(url) }),
  };
}

/** As in npm scripts, programs of installed packages come first in PATH, from the nearest `node_modules` upwards. */
function withPrograms(directory: string, path = ""): { readonly PATH: string } {
  return { PATH: [...ancestors(directory).map((folder) => join(folder, "node_modules", ".bin")), path].join(delimiter) };
}

/** Each step as if it was the only one, and a fingerprint of all of them. Throws what `migrationsOf` throws. */
async function migrationsOfSteps(context: Context, settings: readonly StepSettings[]): Promise<Migrations | undefined> {
  const steps = await Promise.all(settings.map((step) => stepOf(context, step)));
  const [first, ...rest] = steps;
  if (first === undefined) return undefined;
  const all = steps.map(({ name, seed = null, fingerprint }) => [name, seed, fingerprint]);
  return { fingerprint: createHash("sha256").update(JSON.stringify(all)).digest("hex"), steps: [first, ...rest] };
}

async function stepOf(context: Context, settings: StepSettings): Promise<Step> {
  const { name, seed } = settings;
  const [step] = (await requireMigrations(contextOfStep(context, settings))).steps;
  // As in npm scripts, also for a command: a seed is often a program of an installed package.
  const env = (url: string): Readonly<Record<string, string>> => ({
    ...withPrograms(step.directory, context.env["PATH"]),
    ...step.env(url),
  });
  return { ...step, name, env, ...(seed === undefined ? {} : { seed }) };
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
