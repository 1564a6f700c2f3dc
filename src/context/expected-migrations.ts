import { OffshootError } from "../errors.ts";
import type { Context } from "./context.ts";
import { findProject, migrationDirectory } from "./find-project.ts";

/**
 * Reports that a repository has no migrations. Throws `COMMAND_MISSING` when it looks as if it had some: a command would
 * otherwise run on an empty database, and perhaps pass. Does nothing with `migrations.tool: none`.
 */
export async function expectMigrations(context: Context): Promise<void> {
  const { command, tool, steps } = context.settings.migrations;
  if (command !== undefined || steps !== undefined || tool === "none" || (await findProject(context)) !== undefined) return;
  const missing = await missingMigrations(context, "The command would run on a database without the migrations. Nothing was created.");
  if (missing !== undefined) throw missing;
  context.emit({ kind: "note", text: "no migrations were found: the database is empty, or a copy of its parent", isResult: true });
}

/** The error for a repository that looks as if it had migrations, although none were found. Undefined if it does not. */
export async function missingMigrations(context: Context, meaning?: string): Promise<OffshootError | undefined> {
  const { repositoryIn } = await import("../migration-tools/repository.ts");
  const { signsOfMigrations } = await import("../migration-tools/signs.ts");
  const { signsAbove } = await import("../migration-tools/signs-above.ts");
  const directory = migrationDirectory(context);
  const own = await signsOfMigrations(repositoryIn(directory));
  const signs = own.length > 0 || context.settings.migrations.directory !== undefined ? own : await signsAbove(directory);
  const [first] = signs;
  if (first === undefined) return undefined;
  const texts = signs.map(({ text }) => text);
  const { folder } = context.settings.migrations;
  // The folder of a setting with a spelling mistake hides migrations that would be found without it.
  const start =
    folder === undefined
      ? "Set"
      : `Correct the setting migrations.folder (${folder}), where no migrations were found, or remove it. Or set`;
  return new OffshootError(
    "COMMAND_MISSING",
    `No migrations were found in ${directory}, but ${own.length > 0 ? "it has" : "above it there is"} ${texts.slice(0, 3).join(", ")}.`,
    {
      meaning,
      remedy: `${start} ${first.setting}. For a database without migrations, set migrations.tool to none.`,
      facts: { signs: texts.join(", ") },
    },
  );
}
