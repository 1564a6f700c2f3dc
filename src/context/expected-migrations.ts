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
  const { repositoryIn } = await import("../migration-tools/repository.ts");
  const { signsOfMigrations } = await import("../migration-tools/signs.ts");
  const directory = migrationDirectory(context);
  const signs = await signsOfMigrations(repositoryIn(directory));
  if (signs.length === 0) {
    context.emit({ kind: "note", text: "no migrations were found: the database is empty, or a copy of its parent" });
    return;
  }
  throw new OffshootError("COMMAND_MISSING", `No migrations were found in ${directory}, but it has ${signs.slice(0, 3).join(", ")}.`, {
    meaning: "The command would run on a database without the migrations. Nothing was created.",
    remedy:
      "Set migrations.command or migrations.directory in offshoot.yaml. For a database without migrations, set migrations.tool to none.",
    facts: { signs: signs.join(", ") },
  });
}
