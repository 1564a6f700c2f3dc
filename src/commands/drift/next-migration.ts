import { basename, dirname, join, relative, resolve } from "node:path";
import { findProject, migrationDirectory } from "../../context/find-project.ts";
import type { Context } from "../../context/context.ts";
import { OffshootError } from "../../errors.ts";
import { requireTool } from "../../migration-tools/detect.ts";
import { type Repository, repositoryIn } from "../../migration-tools/repository.ts";
import { headsOf, requireOneHead } from "../../migration-tools/revisions.ts";
import type { Project, Revision } from "../../migration-tools/tool.ts";
import { MIGRATION_FORMATS } from "../../repair/formats/formats.ts";
import type { RepairFormat } from "../../repair/formats/names.ts";
import type { MigrationFile, MigrationFormat, NextMigration } from "../../repair/formats/migration.ts";

/** Where the repair becomes the next migration. */
export interface NextMigrationPlace {
  readonly format: MigrationFormat;
  /** The folder of the migrations; absolute. */
  readonly folder: string;
  write(statements: readonly string[], about: readonly string[]): Promise<readonly MigrationFile[]>;
}

/**
 * Finds the tool's newest revisions and the folder of its migrations, before anything else happens. Throws `TOOL_UNSUITABLE`
 * if the repository does not use the tool, `MIGRATION_HEADS`, and `USAGE` if the next migration cannot be known.
 */
export async function nextMigrationPlace(context: Context, name: RepairFormat, given: string | undefined): Promise<NextMigrationPlace> {
  const { project, directory } = await projectOf(context, name);
  if (project.unchecked !== undefined) {
    throw new OffshootError("USAGE", `The newest revision of ${name} is not known, because ${project.unchecked}.`, {
      remedy: "Use --repair FILE without --format, and put its statements into a migration.",
    });
  }
  requireOneHead(project);
  const heads = headsOf(project.revisions).filter(({ isOptional }) => isOptional !== true);
  const repository = repositoryIn(directory);
  const folder = given === undefined ? defaultFolder(project, heads) : relative(directory, resolve(context.cwd, given));
  const existing = folder === undefined ? [] : (await repository.list(folder)).map((path) => basename(path));
  if (folder === undefined || existing.length === 0) throw noFolder(name, folder);
  return {
    format: MIGRATION_FORMATS[name],
    folder: join(directory, folder),
    write: async (statements, about) =>
      MIGRATION_FORMATS[name].write({
        statements,
        about,
        existing,
        parents: parentsOf(name, heads),
        now: new Date(context.now()),
        read: reader(repository, folder),
      }),
  };
}

async function projectOf(context: Context, name: RepairFormat): Promise<{ readonly project: Project; readonly directory: string }> {
  const located = context.settings.migrations.tool === undefined ? undefined : await findProject(context);
  if (located?.project.tool === name) return located;
  const directory = migrationDirectory(context);
  return { project: await requireTool(name, repositoryIn(directory), context.settings.migrations.folder), directory };
}

function reader(repository: Repository, folder: string): NextMigration["read"] {
  return (file) => repository.read(join(folder, file));
}

/** Ids of the revisions that the migration follows. Throws `USAGE` if Alembic has several branches: a repair belongs to one. */
function parentsOf(name: RepairFormat, heads: readonly Revision[]): readonly string[] {
  if (name === "alembic" && heads.length > 1) {
    throw new OffshootError("USAGE", `Alembic has several branches: ${heads.map((head) => head.name).join(", ")}.`, {
      meaning: "A repair covers the whole schema, and it is not known on which branch it must be.",
      remedy: "Use --repair FILE without --format, and put its statements into a migration of the right branch.",
    });
  }
  return heads.map(({ id }) => id);
}

/** The folder of the newest migrations, as far as the tool's files show it. */
function defaultFolder({ tool, files }: Project, heads: readonly Revision[]): string | undefined {
  const apps = [...new Set(heads.map(({ sequence }) => sequence))];
  if (tool === "django") return apps.length === 1 ? `${apps[0]}/migrations` : undefined;
  const pattern = files.filter((file) => file.includes("/**") && !file.startsWith("!")).at(-1);
  const folder = pattern === undefined ? undefined : dirname(pattern.replace(/\/\*\*.*$/, "/x"));
  return tool === "alembic" && folder !== undefined ? `${folder}/versions` : folder;
}

function noFolder(name: RepairFormat, folder: string | undefined): OffshootError {
  return new OffshootError(
    "USAGE",
    `The folder of the migrations of ${name} ${folder === undefined ? "is not known" : `has no files: ${folder}`}.`,
    {
      remedy: `Give the folder of the newest migrations: --repair FOLDER --format ${name}.`,
    },
  );
}
